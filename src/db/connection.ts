import type postgresTypes from 'postgres'
import { postgres } from './driver.ts'

/** The pool, or a transaction of it: whoever gets one can query, and need not know which it is. */
export type Db = postgresTypes.ISql<{ bigint: number }>
export type Pool = postgresTypes.Sql<{ bigint: number }>
export type Fragment = postgresTypes.PendingQuery<postgresTypes.Row[]>

const text = (from: number) => ({
  to: from,
  from: [from],
  serialize: String,
  parse: (value: string) => value,
})

/**
 * Opens a pool. Values arrive in the form of the wire: dates `YYYY-MM-DD`, times `HH:MM:SS`, timestamps
 * `YYYY-MM-DD HH:MM:SS` in UTC, 64-bit ids as numbers (identity columns stay far below 2^53).
 */
export function connect(url: string, options: { max: number; name?: string }): Pool {
  return postgres(url, {
    max: options.max,
    onnotice: () => {},
    connect_timeout: 10,
    connection: { application_name: options.name ?? 'lectern', TimeZone: 'UTC', DateStyle: 'ISO' },
    types: {
      bigint: { to: 20, from: [20], serialize: String, parse: Number },
      date: text(1082),
      time: text(1083),
      timestamptz: {
        to: 1184,
        from: [1184],
        serialize: (value: Date | string) => (value instanceof Date ? value.toISOString() : value),
        parse: (value: string) => value.slice(0, 19),
      },
    } as unknown as { bigint: postgresTypes.PostgresType<number> },
  })
}

/** Runs `work` in a transaction: a new one on the pool, a savepoint inside a transaction that is already open. */
export function transaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  const open =
    'begin' in db ? (db as Pool).begin : (db as postgresTypes.TransactionSql<{ bigint: number }>).savepoint
  return (open as (work: (db: Db) => Promise<T>) => Promise<T>)(work)
}

/**
 * Runs `work` in a transaction whose last statements travel together with its commit: it returns them sent, not awaited.
 * When one of them fails, the database answers the commit by rolling back, and this rejects with what was wrong.
 */
export async function swiftTransaction<T>(
  pool: Pool,
  work: (db: Db) => Promise<{ result: T; writes: Promise<unknown> }>,
): Promise<T> {
  const { result, writes } = (await pool.begin(async db => {
    const { result, writes } = await work(db)
    writes.catch(() => {})
    // In an object, so that nobody awaits it here: the driver sends the commit now.
    return { result, writes }
  })) as { result: T; writes: Promise<unknown> }
  try {
    await writes
    return result
  } catch (error) {
    if ((error as { code?: string }).code !== inFailedTransaction) throw error
    // A statement behind the one that failed was heard first. Nothing was kept: what waits for each hears what was wrong.
    return transaction(pool, async db => {
      const { result, writes } = await work(db)
      await writes
      return result
    })
  }
}

/** SQLSTATE of statements behind one that failed. */
const inFailedTransaction = '25P02'

/**
 * Runs statements of which one may fail and be followed by others: in a savepoint inside a transaction, which would be
 * lost otherwise; directly on the pool.
 */
export function attempt<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return 'begin' in db ? work(db) : transaction(db, work)
}
