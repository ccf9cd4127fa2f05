import { elementsOf, isObject, memberOf, trimmedTextOf as name, textOf } from './json.ts'
import {
  distinctPlaces,
  type Link,
  type ListedPlace,
  nameIn,
  type Person,
  pictureIn,
  type Row,
  rowOf,
  type Schedule,
  scheduleOf,
} from './schedule.ts'

/** Whether this is one of the views of Sessionize's API: All, Sessions (groups) or GridSmart (days). */
export function isSessionize(value: unknown): boolean {
  return isAll(value) || groupsOf(value).length > 0 || daysOf(value).length > 0
}

/** Reads a view of Sessionize. A session that stands in several rooms or groups is one session. */
export function readSessionize(value: unknown): Schedule {
  const lists = isAll(value) ? listsOf(value) : noLists
  const sessions = sessionsIn(value)
  const seen = new Set<string>()
  const rows = sessions.flatMap(({ where, session }) => {
    const id = name(session, 'id')
    if (id && seen.has(id)) return []
    if (id) seen.add(id)
    return [readRow(session, where, lists)]
  })
  const view = isAll(value) ? 'All' : daysOf(value).length > 0 ? 'GridSmart' : 'Sessions'
  return scheduleOf(`Sessionize (${view})`, rows, {
    rooms: distinctPlaces(roomsIn(value)),
  })
}

const isAll = (value: unknown) =>
  Array.isArray(memberOf(value, 'sessions')) && Array.isArray(memberOf(value, 'speakers'))

const groupsOf = (value: unknown) =>
  elementsOf(value).filter(
    group => Array.isArray(memberOf(group, 'sessions')) && memberOf(group, 'rooms') === undefined,
  )

const daysOf = (value: unknown) => elementsOf(value).filter(day => Array.isArray(memberOf(day, 'rooms')))

function sessionsIn(value: unknown): { where: string; session: unknown }[] {
  const at = (path: string, list: unknown) =>
    elementsOf(list).map((session, index) => ({ where: `${path}sessions[${index}]`, session }))
  if (isAll(value)) return at('', memberOf(value, 'sessions'))
  return elementsOf(value).flatMap((part, index) => [
    ...at(`[${index}].`, memberOf(part, 'sessions')),
    ...elementsOf(memberOf(part, 'rooms')).flatMap((room, number) =>
      at(`[${index}].rooms[${number}].`, memberOf(room, 'sessions')),
    ),
  ])
}

function roomsIn(value: unknown): ListedPlace[] {
  const lists = isAll(value)
    ? [['rooms', memberOf(value, 'rooms')] as const]
    : daysOf(value).map((day, index) => [`[${index}].rooms`, memberOf(day, 'rooms')] as const)
  return lists.flatMap(([path, rooms]) =>
    elementsOf(rooms).flatMap((room, index) => {
      const called = name(room, 'name')
      return called ? [{ where: `${path}[${index}]`, name: called, guid: null }] : []
    }),
  )
}

/** What sessions of the view All refer to by numbers. */
type Lists = {
  speakers: Map<string, unknown>
  rooms: Map<string, string>
  /** an item of a category: its name, and what the category is called */
  items: Map<string, { category: string; item: string }>
}

const noLists: Lists = { speakers: new Map(), rooms: new Map(), items: new Map() }

function listsOf(value: unknown): Lists {
  const byId = (list: unknown) =>
    elementsOf(list).flatMap(item => {
      const id = name(item, 'id')
      return id ? [[id, item] as const] : []
    })
  return {
    speakers: new Map(byId(memberOf(value, 'speakers'))),
    rooms: new Map(byId(memberOf(value, 'rooms')).map(([id, room]) => [id, name(room, 'name') ?? ''])),
    items: new Map(
      elementsOf(memberOf(value, 'categories')).flatMap(category =>
        byId(memberOf(category, 'items')).map(
          ([id, item]) =>
            [id, { category: name(category, 'title') ?? '', item: name(item, 'name') ?? '' }] as const,
        ),
      ),
    ),
  }
}

function readRow(session: unknown, where: string, lists: Lists): Row {
  const categories = categoriesOf(session, lists)
  const called = (pattern: RegExp) => categories.find(({ category }) => pattern.test(category))?.item ?? null
  const start = name(session, 'startsAt')
  return rowOf(where, {
    guid: name(session, 'id'),
    title: textOf(session, 'title'),
    description: textOf(session, 'description'),
    date: start,
    end: name(session, 'endsAt'),
    room: name(session, 'room') ?? nameIn(lists.rooms.get(name(session, 'roomId') ?? '') ?? null),
    track: called(/\btracks?\b/i),
    type: called(/format|type/i) ?? (memberOf(session, 'isServiceSession') === true ? 'service' : null),
    language: called(/^languages?$/i),
    persons: elementsOf(memberOf(session, 'speakers')).flatMap(speaker => personIn(speaker, lists)),
    links: linksIn(session),
  })
}

function categoriesOf(session: unknown, { items }: Lists): { category: string; item: string }[] {
  const numbered = elementsOf(memberOf(session, 'categoryItems')).flatMap(id => items.get(String(id)) ?? [])
  const named = elementsOf(memberOf(session, 'categories')).flatMap(category =>
    elementsOf(memberOf(category, 'categoryItems')).flatMap(item => {
      const called = name(item, 'name')
      return called ? [{ category: name(category, 'name') ?? '', item: called }] : []
    }),
  )
  return [...numbered, ...named]
}

function personIn(speaker: unknown, { speakers }: Lists): Person[] {
  const known = isObject(speaker) ? speaker : speakers.get(String(speaker))
  const called =
    name(known, 'fullName') ??
    name(known, 'name') ??
    nameIn(['firstName', 'lastName'].flatMap(part => name(known, part) ?? []).join(' '))
  if (!called) return []
  const picture = name(known, 'profilePicture')
  return [
    {
      name: called,
      id: name(known, 'id'),
      biography: name(known, 'bio'),
      picture: pictureIn(picture),
    },
  ]
}

const linksIn = (session: unknown): Link[] =>
  (
    [
      ['liveUrl', 'Live'],
      ['recordingUrl', 'Recording'],
    ] as const
  ).flatMap(([member, title]) => {
    const url = name(session, member)
    return url ? [{ url, title }] : []
  })
