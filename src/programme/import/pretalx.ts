import { elementsOf, isObject, memberOf, trimmedTextOf as name, textOf } from './json.ts'
import {
  distinctPlaces,
  type ListedPlace,
  nameIn,
  type Person,
  pictureIn,
  type Row,
  rowOf,
  type Schedule,
  scheduleOf,
} from './schedule.ts'

/** Whether these are objects of pretalx's API: a schedule with slots, a page of submissions, or a list of them. */
export function isPretalx(value: unknown): boolean {
  if (Array.isArray(memberOf(value, 'slots'))) return true
  const [first] = submissionsIn(value)
  return (
    first !== undefined &&
    ['code', 'title'].every(member => textOf(first, member) !== null) &&
    isObject(first) &&
    ['state', 'submission_type', 'slots', 'slot'].some(member => Object.hasOwn(first, member))
  )
}

/**
 * Reads objects of pretalx's API. Sessions that are in no schedule, and submissions that were not accepted, are left out. Names are
 * there only when rooms, tracks and speakers were asked for with `expand`.
 */
export function readPretalx(value: unknown): Schedule {
  const slots = Array.isArray(memberOf(value, 'slots'))
    ? elementsOf(memberOf(value, 'slots')).map((slot, index) => ({
        where: `slots[${index}]`,
        slot,
        submission: memberOf(slot, 'submission'),
      }))
    : submissionsIn(value).flatMap((submission, index) =>
        slotsOf(submission).map(slot => ({ where: `[${index}]`, slot, submission })),
      )
  const taken = slots.filter(({ submission }) => isAccepted(submission))
  const times = new Map<string, number>()
  const rows = taken.map(({ where, slot, submission }) => {
    const code = name(submission, 'code') ?? (typeof submission === 'string' ? nameIn(submission) : null)
    const turn = code ? (times.get(code) ?? 0) + 1 : 1
    if (code) times.set(code, turn)
    return readRow(where, slot, submission, code, turn)
  })
  return scheduleOf('pretalx', rows, {
    rooms: distinctPlaces(taken.flatMap(({ where, slot }) => placeOf(where, memberOf(slot, 'room')))),
    tracks: distinctPlaces(
      taken.flatMap(({ where, submission }) => placeOf(where, memberOf(submission, 'track'))),
    ),
  })
}

const submissionsIn = (value: unknown) =>
  elementsOf(Array.isArray(value) ? value : memberOf(value, 'results'))

const slotsOf = (submission: unknown) => {
  const slot = memberOf(submission, 'slot')
  return isObject(slot) ? [slot] : elementsOf(memberOf(submission, 'slots')).filter(isObject)
}

const isAccepted = (submission: unknown) => {
  const state = name(submission, 'state')
  return state === null || state === 'accepted' || state === 'confirmed'
}

function readRow(where: string, slot: unknown, submission: unknown, code: string | null, turn: number): Row {
  const id = name(slot, 'id')
  const minutes = memberOf(slot, 'duration') ?? memberOf(submission, 'duration')
  const end = name(slot, 'end')
  return rowOf(where, {
    // A break has no submission; a session that takes place again has the code of the first time.
    guid: code ? (turn === 1 ? code : `${code}-${turn}`) : id && `slot-${id}`,
    title: textOf(submission, 'title') ?? textOf(slot, 'description'),
    abstract: textOf(submission, 'abstract'),
    description: textOf(submission, 'description'),
    date: name(slot, 'start'),
    end,
    duration:
      end === null && Number.isInteger(minutes)
        ? `${Math.floor(Number(minutes) / 60)}:${String(Number(minutes) % 60).padStart(2, '0')}`
        : null,
    room: placeName(memberOf(slot, 'room')),
    track: placeName(memberOf(submission, 'track')),
    type: code ? placeName(memberOf(submission, 'submission_type')) : 'break',
    language: name(submission, 'content_locale'),
    do_not_record: memberOf(submission, 'do_not_record') === true,
    persons: elementsOf(memberOf(submission, 'speakers')).flatMap(personIn),
  })
}

function personIn(speaker: unknown): Person[] {
  const called = name(speaker, 'name')
  if (!called) return []
  const picture = name(speaker, 'avatar_url') ?? name(speaker, 'avatar')
  return [
    {
      name: called,
      id: name(speaker, 'code'),
      biography: name(speaker, 'biography'),
      picture: pictureIn(picture),
    },
  ]
}

/** `{"name": {"en": "Hall"}}`, `{"en": "Hall"}` or `"Hall"`; a number alone has no name. */
function placeName(place: unknown): string | null {
  if (typeof place === 'string') return nameIn(place)
  return name(place, 'name') ?? name({ place }, 'place')
}

function placeOf(where: string, place: unknown): ListedPlace[] {
  const called = typeof place === 'number' ? null : placeName(place)
  if (!called) return []
  return [
    {
      where,
      name: called,
      guid: name(place, 'guid') ?? name(place, 'uuid'),
      color: name(place, 'color') ?? undefined,
      capacity: memberOf(place, 'capacity') ?? undefined,
    },
  ]
}
