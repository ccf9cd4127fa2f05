import { elementsOf, isObject, memberOf, trimmedTextOf as name, textOf } from './json.ts'
import {
  distinctPlaces,
  type Link,
  type ListedPlace,
  nameIn,
  type Person,
  pictureIn,
  type Row,
  type Schedule,
} from './schedule.ts'

/** Whether this is the schedule.json of frab, pretalx and their kin. */
export function isFrabJson(value: unknown): boolean {
  return Array.isArray(memberOf(conferenceOf(value), 'days'))
}

/** Reads frab JSON. Texts stay as they are; members that are not known are passed over. */
export function readFrabJson(value: unknown): Schedule {
  const conference = conferenceOf(value)
  const baseUrl = textOf(memberOf(value, 'schedule'), 'base_url')
  const rooms = roomsOf(conference)
  const dates = elementsOf(memberOf(conference, 'days'))
    .flatMap(day => name(day, 'date')?.slice(0, 10) ?? [])
    .sort()
  return {
    format: 'frab JSON',
    title: name(conference, 'title'),
    timezone: name(conference, 'time_zone_name'),
    start_date: name(conference, 'start')?.slice(0, 10) ?? dates[0] ?? null,
    end_date: name(conference, 'end')?.slice(0, 10) ?? dates.at(-1) ?? null,
    day_change: name(conference, 'day_change'),
    rooms: distinctPlaces([
      ...placesOf(conference, 'rooms'),
      ...rooms.flatMap(room =>
        nameIn(room.name) ? [{ where: room.where, name: nameIn(room.name)!, guid: null }] : [],
      ),
    ]),
    tracks: distinctPlaces(placesOf(conference, 'tracks')),
    rows: rooms.flatMap(room =>
      elementsOf(room.events).map((event, index) => readRow(event, `${room.where}[${index}]`, room, baseUrl)),
    ),
  }
}

type Room = Pick<Row, 'where' | 'day' | 'day_start' | 'day_end'> & { name: string; events: unknown }

function roomsOf(conference: unknown): Room[] {
  return elementsOf(memberOf(conference, 'days')).flatMap((day, index) => {
    const rooms = memberOf(day, 'rooms')
    return Object.entries(isObject(rooms) ? rooms : {}).map(([room, events]) => ({
      where: `schedule.conference.days[${index}].rooms[${JSON.stringify(room)}]`,
      name: room,
      day: name(day, 'date'),
      day_start: name(day, 'day_start'),
      day_end: name(day, 'day_end'),
      events,
    }))
  })
}

function readRow(event: unknown, where: string, room: Room, baseUrl: string | null): Row {
  const url = name(event, 'url')
  const links = (member: string) => linksIn(memberOf(event, member), url ?? baseUrl)
  const optOut = memberOf(event, 'do_not_record')
  return {
    where,
    guid: name(event, 'guid') ?? name(event, 'id'),
    title: textOf(event, 'title'),
    subtitle: textOf(event, 'subtitle'),
    abstract: textOf(event, 'abstract'),
    description: textOf(event, 'description'),
    day: room.day,
    day_start: room.day_start,
    day_end: room.day_end,
    date: name(event, 'date'),
    start: name(event, 'start'),
    duration: name(event, 'duration'),
    end: null,
    room: name(event, 'room') ?? nameIn(room.name),
    track: name(event, 'track'),
    type: name(event, 'type'),
    language: name(event, 'language'),
    url,
    license: name(event, 'recording_license'),
    do_not_record: optOut === true || optOut === 'true',
    persons: elementsOf(memberOf(event, 'persons')).flatMap(personIn),
    links: links('links'),
    attachments: links('attachments'),
  }
}

function personIn(person: unknown): Person[] {
  const called = name(person, 'public_name') ?? name(person, 'name') ?? name(person, 'full_public_name')
  if (!called) return []
  const picture = name(person, 'avatar') ?? name(person, 'avatar_url')
  return [
    {
      name: called,
      id: name(person, 'guid') ?? name(person, 'code') ?? name(person, 'id'),
      biography: name(person, 'biography'),
      picture: pictureIn(picture),
    },
  ]
}

function linksIn(list: unknown, base: string | null): Link[] {
  return elementsOf(list).flatMap(item => {
    const url = typeof item === 'string' ? item.trim() : (name(item, 'url') ?? name(item, 'href'))
    if (!url) return []
    return [{ url: absolute(url, base), title: name(item, 'title') ?? '' }]
  })
}

/** Paths (`/system/x.pdf`) belong to the site of the programme; everything else is left to be understood as it is. */
function absolute(url: string, base: string | null): string {
  return url.startsWith('/') && base && URL.canParse(url, base) ? new URL(url, base).href : url
}

function placesOf(conference: unknown, list: string): ListedPlace[] {
  return elementsOf(memberOf(conference, list)).flatMap((item, index) => {
    const placeName = typeof item === 'string' ? nameIn(item) : name(item, 'name')
    if (!placeName) return []
    return [
      {
        where: `schedule.conference.${list}[${index}]`,
        name: placeName,
        guid: name(item, 'guid'),
        color: name(item, 'color') ?? undefined,
        capacity: memberOf(item, 'capacity') ?? undefined,
      },
    ]
  })
}

function conferenceOf(value: unknown): unknown {
  return memberOf(memberOf(value, 'schedule'), 'conference')
}
