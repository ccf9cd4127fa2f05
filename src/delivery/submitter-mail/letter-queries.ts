import type { Db } from '../../db/connection.ts'
import type { SubmitterMailKind } from '../../records/outbox/schema.ts'
import type { Job, QueueTable } from '../queue/queries.ts'

/** E-mails to submitters as a queue: the rows of the outbox that have a submitter. */
export const submitterOutbox: QueueTable = {
  name: 'outbox',
  owner: { table: 'cfs_contacts', column: 'cfs_contact_id' },
  columns: ['kind', 'cfs_contact_id', 'delivered', 'refused'],
  ofOneAttempt: [],
}

/** A letter to a submitter that this process has taken. */
export type TakenLetter = Job & {
  kind: SubmitterMailKind
  cfs_contact_id: number
  delivered: string[]
  refused: string[]
}

/** Whom a letter is to, as they are now. */
export type Addressee = {
  id: number
  email: string | null
  first_name: string | null
  last_name: string | null
  forgotten_at: string | null
  event_name: string
}

/** The addressees of letters, by their id. */
export async function readSubmitters(db: Db, letters: TakenLetter[]): Promise<Map<number, Addressee>> {
  const ids = letters.map(letter => letter.cfs_contact_id)
  const rows = await db<Addressee[]>`
    select c.id, c.email, c.first_name, c.last_name, c.forgotten_at, e.name as event_name
    from cfs_contacts c join events e on e.id = c.event_id where c.id = any(${ids}::bigint[])`
  return new Map(rows.map(row => [row.id, row]))
}
