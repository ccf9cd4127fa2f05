import type { Fault } from '../../errors.ts'
import { type Hole, type Html, html, inLines } from '../../http/html.ts'
import type { Query } from '../../http/query.ts'
import { readId } from '../../http/query.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { hasSeat } from '../../registration/agenda/agenda.ts'
import { momentIn } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { ProgrammeEntry } from './queries.ts'
import { isRegistered, mayChange, mayClaim, type Visit } from './visit.ts'
import type { Deed } from './wishes.ts'

/** What became of a deed, read from what is true now: whoever opens the link again is told nothing that is not. */
export function statusMessage(visit: Visit, { done, session, gave_up }: Query): Html | null {
  const entry = visit.programme.find(each => each.id === readId(session))
  const words = entry ? sessionMessage(done, entry) : detailsMessage(visit, done)
  if (!words) return null
  const lost = entry && hasSeat(entry) && givenUpMessage(visit, gave_up)
  const back = entry && html`<br><a href="#s${entry.id}">To the session</a>`
  return html`<div role="status" class="done" tabindex="-1" autofocus>${words}${lost}${back}</div>`
}

/** What is told after a deed, by how things stand; the page that it was done on may have been an old one. */
const deedsByEnd: Record<'seat' | 'line' | 'gone', readonly string[]> = {
  seat: ['add', 'accept', 'line-up', 'leave', 'decline'],
  line: ['line-up', 'give-up'],
  gone: ['give-up', 'leave', 'decline'],
} satisfies Record<'seat' | 'line' | 'gone', readonly Deed[]>

function sessionMessage(done: string | undefined, entry: ProgrammeEntry): Html | undefined {
  const { name, state, place } = entry
  const session = html`“<bdi>${name}</bdi>”`
  if (state !== null && !takesPlace(entry)) return html`${session} does not take place.`
  const was = (end: keyof typeof deedsByEnd) => deedsByEnd[end].includes(done ?? '')
  if (state === 'selected' || state === 'held')
    return was('seat') ? html`You have a seat in ${session}.` : undefined
  if (state === 'waitlisted')
    return was('line') ? html`You are in line for ${session}, at place ${place}.` : undefined
  if (state === 'offered')
    return was('line') ? html`A seat in ${session} is kept for you: accept it below.` : undefined
  if (!was('gone')) return undefined
  if (done === 'leave') return html`You are no longer in line for ${session}.`
  return done === 'decline'
    ? html`You declined the seat in ${session}.`
    : html`You gave up your seat in ${session}.`
}

/** What was given up for another session, unless they have it again. */
function givenUpMessage({ programme }: Visit, gave_up = ''): Hole {
  const ids = gave_up.split(',').map(readId)
  const lost = programme.filter(entry => ids.includes(entry.id) && !hasSeat(entry))
  const names = lost.map(({ name }) => html`“<bdi>${name}</bdi>”`)
  return names.length > 0 && html` For it you gave up ${inLines(names, ', ')}.`
}

function detailsMessage(visit: Visit, done: string | undefined): string | undefined {
  if (done === 'finished' && isRegistered(visit)) return 'You are registered.'
  if (done === 'saved') return 'Your details are saved.'
  if (done === 'kept') return 'You keep what you have.'
  return deedsByEnd.gone.includes(done ?? '') ? 'You no longer have that session.' : undefined
}

/** What stands in the way of a deed: every reason, heard at once; one about a field leads there. `ways` are forms that help. */
export function alertOf(visit: Visit, heading: string, faults: Fault[], ways: Html[] = []): Html {
  const items = faults.map(({ field, message }) => {
    const label =
      fieldLabels[field] ?? visit.questions.find(question => attributeOf(question) === field)?.name
    return label === undefined
      ? html`<li dir="auto">${message}</li>`
      : html`<li dir="auto"><a href="#${field}"><bdi>${label}</bdi>: ${message}</a></li>`
  })
  const deeds = ways.length > 0 && html`<div class="deeds">${inLines(ways)}</div>`
  return html`<div role="alert" class="alert" tabindex="-1" autofocus><h2 dir="auto">${heading}</h2><ul>${inLines(items)}</ul>${deeds}</div>`
}

const fieldLabels: Record<string, string> = { first_name: 'First name', last_name: 'Last name' }

/** Where the person stands, when that needs saying. */
export function standingNote(visit: Visit): Html {
  const notes = [noteOf(visit), ...(mayChange(visit) && !mayClaim(visit) ? [detailsFirst] : [])]
  return inLines(notes.map(note => note && html`<p class="note"><strong>${note}</strong></p>`))
}

function noteOf({ standing, person }: Visit): string {
  if (standing === 'unfinished') {
    const until = person.hold_expires_at && momentIn(person.hold_expires_at, person.event_timezone)
    return `Your registration is not finished.${until ? ` Your seats are kept until ${until}.` : ''}`
  }
  return notes[standing]
}

const detailsFirst = html`Please <a href="#details">complete your details</a> first: sessions can be taken after that.`

const notes = {
  open: '',
  expired:
    'The time to finish your registration is over, and your seats have been given back. You can register again, and choose among the seats that are left.',
  closed: 'Registration has closed: nothing can be changed here any more. The organiser can help you.',
  inactive: 'This registration is not active: nothing can be changed here. The organiser can help you.',
}
