import type { Db } from '../../db/connection.ts'
import type { MovedSession } from '../../records/outbox/queries.ts'
import { type AgendaSession, listAgendaSessions } from '../../registration/agenda/queries.ts'
import type { Job, QueueTable } from '../queue/queries.ts'

/** E-mails to speakers as a queue: the rows of the outbox that have a speaker. */
export const speakerOutbox: QueueTable = {
  name: 'outbox',
  owner: { table: 'speakers', column: 'speaker_id' },
  columns: ['speaker_id', 'moved', 'delivered', 'refused'],
  ofOneAttempt: [],
}

/** A letter to a speaker that this process has taken. */
export type TakenLetter = Job & {
  speaker_id: number
  moved: MovedSession[]
  delivered: string[]
  refused: string[]
}

/** Whom a letter is to, as they are now, and the sessions in which they appear. */
export type Addressee = {
  id: number
  email: string | null
  name: string
  forgotten_at: string | null
  event_name: string
  session_ids: number[]
}

/** The addressees of letters, by their id. */
export async function readSpeakers(db: Db, letters: TakenLetter[]): Promise<Map<number, Addressee>> {
  const ids = letters.map(letter => letter.speaker_id)
  const rows = await db<Addressee[]>`
    select p.id, p.email, p.name, p.forgotten_at, e.name as event_name,
      array(select session_id::float8 from session_speakers where speaker_id = p.id) as session_ids
    from speakers p join events e on e.id = p.event_id where p.id = any(${ids}::bigint[])`
  return new Map(rows.map(row => [row.id, row]))
}

/** The sessions that letters are about, as they are now. */
export async function readMoved(db: Db, letters: TakenLetter[]): Promise<Map<number, AgendaSession>> {
  const ids = letters.flatMap(({ moved }) => moved.map(({ session_id }) => session_id))
  return new Map((await listAgendaSessions(db, ids)).map(session => [session.id, session]))
}
