import { distinctPlaces, type Link, type ListedPlace, nameIn, type Row, type Schedule } from './schedule.ts'
import { childOf, childrenOf, childText, type Element } from './xml.ts'

/** Whether this is the XML of Pentabarf, frab, pretalx and their kin. */
export function isFrabXml(root: Element): boolean {
  return (
    root.name === 'schedule' &&
    root.children.some(child => child.name === 'day' || child.name === 'conference')
  )
}

/** Reads Pentabarf or frab XML. Texts stay as they are; elements that are not known are passed over. */
export function readFrabXml(root: Element): Schedule {
  const conference = childOf(root, 'conference')
  const days = childrenOf(root, 'day')
  const dates = days.flatMap(day => dayIn(day.attributes.date ?? null) ?? []).sort()
  const rooms = days.flatMap(day => childrenOf(day, 'room'))
  const rows = days.flatMap(day =>
    childrenOf(day, 'room').flatMap(room =>
      childrenOf(room, 'event').map(event => readRow(event, room, day)),
    ),
  )
  return {
    format: 'frab XML',
    title: nameIn(childText(conference, 'title')),
    timezone: nameIn(childText(conference, 'time_zone_name')),
    start_date: dayIn(childText(conference, 'start')) ?? dates[0] ?? null,
    end_date: dayIn(childText(conference, 'end')) ?? dates.at(-1) ?? null,
    day_change: nameIn(childText(conference, 'day_change')),
    rooms: distinctPlaces(rooms.flatMap(room => placeOf(room, room.attributes.name ?? null))),
    tracks: distinctPlaces(
      [root, conference].flatMap(parent =>
        childrenOf(childOf(parent, 'tracks') ?? parent, 'track').flatMap(track =>
          placeOf(track, nameIn(track.text) ?? track.attributes.name ?? null),
        ),
      ),
    ),
    rows,
  }
}

function readRow(event: Element, room: Element, day: Element): Row {
  const recording = childOf(event, 'recording')
  return {
    where: whereOf(event),
    guid: nameIn(event.attributes.guid ?? null) ?? nameIn(event.attributes.id ?? null),
    title: childText(event, 'title'),
    subtitle: childText(event, 'subtitle'),
    abstract: childText(event, 'abstract'),
    description: childText(event, 'description'),
    day: nameIn(day.attributes.date ?? null),
    day_start: nameIn(day.attributes.start ?? null),
    day_end: nameIn(day.attributes.end ?? null),
    date: nameIn(childText(event, 'date')),
    start: nameIn(childText(event, 'start')),
    duration: nameIn(childText(event, 'duration')),
    end: null,
    room: nameIn(childText(event, 'room')) ?? nameIn(room.attributes.name ?? null),
    track: nameIn(childText(event, 'track')),
    type: nameIn(childText(event, 'type')),
    language: nameIn(childText(event, 'language')),
    url: nameIn(childText(event, 'url')),
    license: nameIn(childText(recording, 'license')),
    do_not_record: nameIn(childText(recording, 'optout')) === 'true',
    persons: childrenOf(childOf(event, 'persons'), 'person').flatMap(({ text, attributes }) => {
      const name = nameIn(text)
      return name
        ? [{ name, id: nameIn(attributes.guid ?? attributes.id ?? null), biography: null, picture: null }]
        : []
    }),
    links: linksIn(childOf(event, 'links'), 'link'),
    attachments: linksIn(childOf(event, 'attachments'), 'attachment'),
  }
}

function linksIn(list: Element | undefined, name: string): Link[] {
  return childrenOf(list, name).map(link => ({
    url: (link.attributes.href ?? link.text).trim(),
    title: link.text.trim(),
  }))
}

function placeOf(element: Element, name: string | null): ListedPlace[] {
  const trimmed = nameIn(name)
  const { guid = null, color } = element.attributes
  return trimmed ? [{ where: whereOf(element), name: trimmed, guid: nameIn(guid), color }] : []
}

const whereOf = (element: Element) => `line ${element.line}`
const dayIn = (text: string | null) => nameIn(text)?.slice(0, 10) ?? null
