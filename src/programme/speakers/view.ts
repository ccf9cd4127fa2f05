import type { Db } from '../../db/connection.ts'
import { viewOf } from '../../http/view.ts'
import { type CustomField, showCustomValues } from '../../records/custom-fields/values.ts'
import { speakerFields } from '../speaker-fields/speaker-fields.ts'
import { type AppearanceRow, listAppearances, listSpeakersOfEvents } from './queries.ts'
import { Speaker } from './schema.ts'
import { type SpeakerRow, speakers } from './speakers.ts'

const members = viewOf(Speaker)

/** A speaker as it leaves. */
export function showSpeaker(row: SpeakerRow, fields: CustomField[]): Record<string, unknown> {
  const custom_fields = showCustomValues(fields, row.custom_fields)
  return {
    ...members({ ...row, ...speakers.declaration.show?.(row) } as never),
    custom_fields,
    ...custom_fields,
  }
}

/** A speaker in a session: the full record, with what they do there. */
export type ShownAppearance = AppearanceRow & { speaker: SpeakerRow }

/** Who appears in sessions, in their order, with the full record of each. */
export async function readAppearances(db: Db, session_ids: number[]): Promise<ShownAppearance[]> {
  const appearances = await listAppearances(db, 'session_id', session_ids)
  const known = await speakers.queries.listByIds(db, [
    ...new Set(appearances.map(({ speaker_id }) => speaker_id)),
  ])
  const of = new Map(known.map(speaker => [speaker.id, speaker]))
  return appearances.flatMap(appearance => {
    const speaker = of.get(appearance.speaker_id)
    return speaker ? [{ ...appearance, speaker }] : []
  })
}

/** Shows who appears in sessions of one account: full records in their order, with what each does there. */
export async function speakersOfSessions(
  db: Db,
  ids: number[],
): Promise<(id: number) => Record<string, unknown>[]> {
  const appearances = await readAppearances(db, ids)
  const fields = await fieldsOf(
    db,
    appearances.map(({ speaker }) => speaker),
  )
  const of = Map.groupBy(appearances, ({ session_id }) => session_id)
  return id => (of.get(id) ?? []).map(appearance => showAppearance(appearance, fields))
}

/** Shows the speakers of events of one account: full records, by `event_sort`. */
export async function speakersOfEvents(
  db: Db,
  ids: number[],
): Promise<(id: number) => Record<string, unknown>[]> {
  const known = await listSpeakersOfEvents(db, ids)
  const fields = await fieldsOf(db, known)
  const of = Map.groupBy(known, ({ event_id }) => event_id)
  return id => (of.get(id) ?? []).map(speaker => showSpeaker(speaker, fields))
}

/** The definitions of the custom values of these speakers, who are of one account. */
const fieldsOf = async (db: Db, [first]: SpeakerRow[]) =>
  first ? speakerFields.queries.allOf(db, first.account_id) : []

/** As a member of a session. */
export const showAppearance = ({ role, sort, speaker }: ShownAppearance, fields: CustomField[]) => ({
  ...showSpeaker(speaker, fields),
  role,
  sort,
})
