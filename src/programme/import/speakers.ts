import { createHash } from 'node:crypto'
import { type Db, transaction } from '../../db/connection.ts'
import { replaceSpeakers } from '../speakers/appearances.ts'
import { listAppearances } from '../speakers/queries.ts'
import { changeSpeaker, createSpeaker, namesIn, type SpeakerRow, speakers } from '../speakers/speakers.ts'
import { takeRecord } from './records.ts'
import { take } from './report.ts'
import type { Run } from './run.ts'
import type { Person, Row } from './schedule.ts'

/** Speakers by what recognises a person of the file, and what each is called. */
export type SpeakersOfFile = { ids: Map<string, number>; names: Map<number, string> }

/** Creates or changes the people of a file, each once. Who was forgotten stays forgotten. */
export async function importSpeakers(run: Run): Promise<SpeakersOfFile> {
  const { db, actor, event, schedule, report } = run
  const known = (await speakers.queries.listOfEvent(db, event.id)) as (SpeakerRow & {
    forgotten_at?: string | null
  })[]
  const byExternalId = new Map(known.map(speaker => [speaker.external_id, speaker]))
  const byName = new Map(known.filter(({ external_id }) => external_id === null).map(row => [row.name, row]))
  const found: SpeakersOfFile = { ids: new Map(), names: new Map(known.map(({ id, name }) => [id, name])) }
  for (const { person, where } of peopleOf(schedule.rows)) {
    const external_id = keyOf(person)
    const stored = byExternalId.get(external_id) ?? byName.get(person.name)
    if (stored?.forgotten_at) {
      found.ids.set(external_id, stored.id)
      continue
    }
    const { biography: bio, picture: profile_picture } = person
    const body = {
      event_id: event.id,
      ...namesIn(person.name),
      ...(bio !== null && { bio }),
      ...(profile_picture !== null && { profile_picture }),
      external_id,
    }
    const row = { object: 'speaker', where, guid: person.id, name: person.name } as const
    const id = await take(report, row, () =>
      transaction(db, tx =>
        takeRecord(run, {
          object: 'speaker',
          known: stored,
          body,
          draft: speakers.readUpdate(body, stored),
          create: async () => (await createSpeaker(tx, actor, body)).id,
          change: (speaker_id, changed) => changeSpeaker(tx, actor, speaker_id, changed),
        }),
      ),
    )
    if (id === null) continue
    found.ids.set(external_id, id)
    found.names.set(id, person.name)
  }
  return found
}

/** Who appears in a row of the file, as a text of ids: it is compared with what is stored and remembered. */
export function idsIn({ persons }: Row, { ids }: SpeakersOfFile): string {
  const wanted = persons.flatMap(person => ids.get(keyOf(person)) ?? [])
  return [...new Set(wanted)].join(',')
}

/** Who appears in sessions, as texts of ids by session. */
export async function idsOfSessions(db: Db, session_ids: number[]): Promise<Map<number, string>> {
  const bySession = Map.groupBy(
    await listAppearances(db, 'session_id', session_ids),
    ({ session_id }) => session_id,
  )
  return new Map(
    [...bySession].map(([id, appearances]) => [
      id,
      appearances.map(({ speaker_id }) => speaker_id).join(','),
    ]),
  )
}

/** Gives a session the speakers of such a text; those who are in it keep their roles. */
export async function writeSpeakers({ db, actor }: Run, session_id: number, ids: string): Promise<void> {
  const roles = new Map(
    (await listAppearances(db, 'session_id', [session_id])).map(({ speaker_id, role }) => [speaker_id, role]),
  )
  const wanted = ids === '' ? [] : ids.split(',').map(Number)
  await replaceSpeakers(
    db,
    actor,
    session_id,
    wanted.map(speaker_id => ({ speaker_id, role: roles.get(speaker_id) })),
  )
}

/** What the names of such a text are. */
export const namesOf = (ids: string, { names }: SpeakersOfFile): string[] =>
  ids === '' ? [] : ids.split(',').map(id => names.get(Number(id)) ?? id)

/** Notes without the lines in which earlier imports kept the speakers of a session. */
export function withoutSpeakers(notes: string | null, { persons }: Row): string | null {
  const lines = new Set(persons.map(({ name }) => `Speaker: ${name.replaceAll(/[\r\n]+/g, ' ')}`))
  const kept = notes?.split('\n').filter(line => !lines.has(line.trimEnd())) ?? []
  return kept.join('\n') || null
}

/** The people of all rows, each once, where they come first. */
function peopleOf(rows: Row[]): { person: Person; where: string }[] {
  const people = new Map<string, { person: Person; where: string }>()
  for (const { persons, where } of rows)
    for (const person of persons) if (!people.has(keyOf(person))) people.set(keyOf(person), { person, where })
  return [...people.values()]
}

/** What recognises a person: the id of the file or, in a file without ids, a digest of the name. */
const keyOf = ({ id, name }: Person): string =>
  `person:${id ?? createHash('sha256').update(name.normalize()).digest('base64url').slice(0, 24)}`
