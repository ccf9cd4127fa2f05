import type { Db } from '../../db/connection.ts'
import { readListing } from '../../http/lists/listing.ts'
import { attributeOf, type CustomField } from '../../records/custom-fields/values.ts'
import { listRegistrants } from '../../registration/registrants/list-queries.ts'
import { Registrant, registrantLists } from '../../registration/registrants/schema.ts'
import { showRegistrants } from '../../registration/registrants/view.ts'
import { listSessionsOfEvent } from '../sessions/queries.ts'
import { Session } from '../sessions/schema.ts'
import { showSession } from '../sessions/view.ts'
import { Speaker } from '../speakers/schema.ts'
import { type SpeakerRow, speakers } from '../speakers/speakers.ts'
import { readAppearances, showSpeaker } from '../speakers/view.ts'

/** How many registrants are read at a time. */
const part = 200

type Shown = Record<string, unknown>

/** Records as a table: a header, and a row of texts for each. */
export type RecordTable = { header: string[]; rows: string[][] }

type OwnEvent = { account_id: number; id: number }

/** The sessions of an event with all their members, and the names of their speakers. */
export async function sessionTable(
  db: Db,
  event: OwnEvent,
  fields: CustomField[],
  baseUrl: string,
): Promise<RecordTable> {
  const rows = await listSessionsOfEvent(db, event.id)
  const appearances = Map.groupBy(
    await readAppearances(
      db,
      rows.map(({ id }) => id),
    ),
    ({ session_id }) => session_id,
  )
  const shown = rows.map(row => ({
    ...showSession(row, fields as never, baseUrl),
    speakers: (appearances.get(row.id) ?? []).map(({ speaker }) => speaker.name),
  }))
  return tableOf([...Object.keys(Session.properties), 'speakers'], fields, shown)
}

export async function speakerTable(db: Db, event: OwnEvent, fields: CustomField[]): Promise<RecordTable> {
  const rows = (await speakers.queries.listOfEvent(db, event.id)) as SpeakerRow[]
  return tableOf(
    Object.keys(Speaker.properties),
    fields,
    rows.map(row => showSpeaker(row, fields)),
  )
}

export async function registrantTable(db: Db, event: OwnEvent, fields: CustomField[]): Promise<RecordTable> {
  const shown: Shown[] = []
  for (let page = 1; ; page++) {
    const query = { page: String(page), 'per-page': String(part), fields: '*', sort: 'id' }
    const listing = readListing(query, registrantLists)
    const { rows } = await listRegistrants(db, event, listing)
    shown.push(...(await showRegistrants(db, rows, fields, listing)))
    if (rows.length < part) break
  }
  return tableOf(Object.keys(Registrant.properties), fields, shown)
}

/** Custom fields have a column each, under their names. */
function tableOf(members: string[], fields: CustomField[], shown: Shown[]): RecordTable {
  const plain = members.filter(name => name !== 'custom_fields')
  const columns = [...plain, ...fields.map(attributeOf)]
  return {
    header: [...plain, ...fields.map(({ name }) => name)],
    rows: shown.map(record => columns.map(name => textOf(record[name]))),
  }
}

/** A list with semicolons; of an object its name or value. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join('; ')
  if (typeof value !== 'object') return String(value)
  const { name, value: own } = value as { name?: unknown; value?: unknown }
  return name !== undefined ? textOf(name) : own !== undefined ? textOf(own) : JSON.stringify(value)
}
