import type { Db } from '../../db/connection.ts'

/**
 * A table of jobs. It has the columns `id`, `state`, `attempts`, `next_attempt_at`, `last_error`, `created_at` and `sent_at`;
 * what else the queue reads and writes is declared.
 */
export type QueueTable = {
  name: string
  /** the table of those whom jobs are about, and the column that names them */
  owner: { table: string; column: string }
  /** columns of a job that its deliverer reads */
  columns: readonly string[]
  /** columns that say what one attempt did: they are empty when the next one begins */
  ofOneAttempt: readonly string[]
}

/** What every job has. `attempts` counts the one that begins. */
export type Job = { id: number; attempts: number; created_at: string }

type Claim = {
  now: Date
  lease: Date
  limit: number
  /** jobs that this process has already, whatever became of their lease while the database was away */
  inHand: number[]
}

/**
 * Takes jobs whose turn has come, until `lease`: those that wait, and those of a process that died. What another process
 * is taking at this moment is passed over, and so are jobs whose owner is being changed or deleted: what does that waits
 * for the job, while this would wait for the owner. The owner stays as it is until the transaction ends.
 */
export async function claimJobs<J extends Job>(
  db: Db,
  { name, owner, columns, ofOneAttempt }: QueueTable,
  { now, lease, limit, inHand }: Claim,
): Promise<J[]> {
  const emptied = Object.fromEntries(ofOneAttempt.map(column => [column, null]))
  const returned = ['id', 'attempts', 'created_at', ...columns].map(column => `job.${column}`)
  const jobs = await db<J[]>`
    with due as (
      select job.id from ${db(name)} job join ${db(owner.table)} owner on owner.id = job.${db(owner.column)}
      where job.state in ('waiting', 'sending') and job.next_attempt_at <= ${now} and job.id <> all(${inHand}::bigint[])
      order by job.next_attempt_at, job.id limit ${limit}
      for update of job skip locked for key share of owner skip locked)
    update ${db(name)} job set attempts = job.attempts + 1, ${db({ state: 'sending', next_attempt_at: lease, ...emptied })}
    from due where job.id = due.id
    returning ${db(returned)}`
  return jobs.sort((a, b) => a.id - b.id)
}

/** Says that this process still has these jobs in hand. */
export async function renewLeases(db: Db, table: QueueTable, ids: number[], lease: Date): Promise<void> {
  await db`
    update ${db(table.name)} set next_attempt_at = ${lease} where id = any(${ids}::bigint[]) and state = 'sending'`
}

/** What becomes of a job after an attempt. */
export type Settlement = {
  state: 'sent' | 'failed' | 'waiting'
  last_error: string | null
  next_attempt_at: Date
  /** what the next attempt has to know, by column */
  columns: Record<string, string[]>
}

/** Writes what came of an attempt, unless another process has taken the job meanwhile. */
export async function settleJob(
  db: Db,
  table: QueueTable,
  { id, attempts }: Job,
  { columns, ...settlement }: Settlement,
  now: Date,
): Promise<void> {
  const sent_at = settlement.state === 'sent' ? now : null
  await db`
    update ${db(table.name)} set ${db({ ...settlement, ...columns, sent_at })}
    where id = ${id} and state = 'sending' and attempts = ${attempts}`
}
