import { badRequest, type Fault } from '../../errors.ts'

/** What a programme file says, whatever its format: texts as they stand in it, none of them checked yet. */
export type Schedule = {
  /** how people call the format */
  format: string
  title: string | null
  /** zone of the times, when the file names one */
  timezone: string | null
  start_date: string | null
  end_date: string | null
  /** the time of day at which a new day of the programme begins */
  day_change: string | null
  /** rooms and tracks in the order of the file */
  rooms: ListedPlace[]
  tracks: ListedPlace[]
  rows: Row[]
  /** of a table: what each column was taken for */
  columns?: Column[]
}

/** A column of a table, and the member that it was taken for; null when it is passed over. */
export type Column = { column: string; member: string | null }

/** A programme of a format that says little about the whole: it lasts from its first day to its last. */
export function scheduleOf(format: string, rows: Row[], members: Partial<Schedule> = {}): Schedule {
  const dates = rows.flatMap(row => /^\d{4}-\d\d-\d\d/.exec(row.date ?? '')?.[0] ?? []).sort()
  return {
    format,
    title: null,
    timezone: null,
    start_date: dates[0] ?? null,
    end_date: dates.at(-1) ?? null,
    day_change: null,
    rooms: [],
    tracks: [],
    rows,
    ...members,
  }
}

/** A room or a track. */
export type ListedPlace = {
  where: string
  name: string
  guid: string | null
  color?: string | undefined
  capacity?: unknown
}

/** One session of a file. */
export type Row = {
  /** the place in the file, for people: `line 74`, or a path */
  where: string
  guid: string | null
  title: string | null
  subtitle: string | null
  abstract: string | null
  description: string | null
  /** the day of the programme that the session is listed under */
  day: string | null
  /** when that day of the programme starts and ends, which may be in the night after it */
  day_start: string | null
  day_end: string | null
  /** date and time of the start, usually with an offset */
  date: string | null
  start: string | null
  duration: string | null
  /** date and time of the end, or its time of day, where a format has that in place of a duration */
  end: string | null
  room: string | null
  track: string | null
  type: string | null
  language: string | null
  /** page of the session in the programme that was exported */
  url: string | null
  license: string | null
  do_not_record: boolean
  persons: Person[]
  links: Link[]
  attachments: Link[]
  /** seats, where a format can say them */
  capacity?: string | undefined
  /** what the reader found wrong with it */
  faults?: Fault[]
}

/** A row with some members; the others say nothing. */
export function rowOf(where: string, members: Partial<Row>): Row {
  return { ...blank, persons: [], links: [], attachments: [], where, ...members }
}

const blank = {
  guid: null,
  title: null,
  subtitle: null,
  abstract: null,
  description: null,
  day: null,
  day_start: null,
  day_end: null,
  date: null,
  start: null,
  duration: null,
  end: null,
  room: null,
  track: null,
  type: null,
  language: null,
  url: null,
  license: null,
  do_not_record: false,
}

/** Somebody who appears in a session. `id` is what recognises them in the file; null when it has none. */
export type Person = { name: string; id: string | null; biography: string | null; picture: string | null }

export type Link = { url: string; title: string }

/** A file that cannot be read as a whole. */
export const unreadable = (message: string) => badRequest('unreadable_file', message)

/** The text without blanks at its edges; null when nothing is left. */
export function nameIn(text: string | null): string | null {
  return text?.trim() || null
}

/** The address of a picture; null for what is none that a browser could ask for. */
export function pictureIn(url: string | null): string | null {
  return url && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}

/** Rooms or tracks, once per name, in the order of the file. */
export function distinctPlaces(places: ListedPlace[]): ListedPlace[] {
  const byName = new Map<string, ListedPlace>()
  for (const place of places) {
    const known = byName.get(place.name)
    if (!known) byName.set(place.name, place)
    else byName.set(place.name, { ...place, ...known, guid: known.guid ?? place.guid })
  }
  return [...byName.values()]
}
