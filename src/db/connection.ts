import type postgresTypes from 'postgres'
import { postgres } from './driver.ts'
import { Notifications } from './notifications.ts'

/** The pool, or a transaction of it: both can be queried in the same way. */
export type Db = postgresTypes.ISql<{ bigint: number }>
export type Pool = postgresTypes.Sql<{ bigint: number }>
export type Fragment = postgresTypes.PendingQuery<postgresTypes.Row[]>

const text = (from: number) => ({
  to: from,
  from: [from],
  serialize: String,
  parse: (value: string) => value,
})

/** How long a connection waits for the database, in seconds; 0 is without end. */
export type Limits = {
  /** for a lock that another transaction has */
  lock: number
  /** for the end of a statement; 2 s later the connection is given up */
  statement: number
  /** the database, for the next statement of an open transaction */
  idle: number
  /** for a connection that is free, and at most 10,000 statements do so */
  queue: number
}

/** For work that takes as long as it takes: migrations, the command line. */
export const unlimited: Limits = { lock: 0, statement: 0, idle: 0, queue: 0 }

/** What the driver was taught beside its own options (driver.ts). */
type Taught = { answer_seconds?: number; queue_seconds?: number; longest_queue?: number }

type Connecting = {
  max: number
  name?: string
  limits?: Limits
  /** only for reads, whose plans are not to depend on luck */
  reads?: boolean
}

/**
 * Plans are made for any value, and not for what statistics say of this one: they may be of before an event was imported,
 * and a list would then read and sort the whole event instead of its page from an index.
 */
const steadyPlans = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
}

/**
 * Opens a pool. Values arrive in the form of the wire: dates `YYYY-MM-DD`, times `HH:MM:SS`, timestamps
 * `YYYY-MM-DD HH:MM:SS` in UTC, 64-bit ids as numbers (identity columns stay far below 2^53). A connection that is lost
 * is opened again within half a second of the database being back.
 */
export function connect(
  url: string,
  { max, name = 'lectern', limits = unlimited, reads = false }: Connecting,
): Pool {
  const own = options(name, limits)
  const pool = postgres(url, {
    max,
    ...own,
    ...(reads && { connection: { ...own.connection, ...steadyPlans } }),
  })
  const taught: Taught = {
    ...(limits.statement > 0 && { answer_seconds: limits.statement + 2 }),
    ...(limits.queue > 0 && { queue_seconds: limits.queue, longest_queue: 10_000 }),
  }
  Object.assign(pool.options, taught)
  const notifications = new Notifications(heard => listener(url, `${name} listens`, heard))
  const end = pool.end
  return Object.assign(pool, {
    listen: notifications.listen.bind(notifications),
    end: async (how?: { timeout?: number }) => {
      await Promise.all([end(how), notifications.end()])
    },
  })
}

/** One connection that hears notifications, and is given up when it is silent for two seconds. */
function listener(url: string, name: string, onnotify: (channel: string, payload: string) => void) {
  const once = { max: 1, fetch_types: false, max_lifetime: null, onnotify }
  const sql = postgres(url, { ...options(name, unlimited), ...once })
  Object.assign(sql.options, { answer_seconds: 2 } satisfies Taught)
  return sql
}

function options(name: string, { lock, statement, idle }: Limits) {
  return {
    onnotice: () => {},
    connect_timeout: 5,
    // Seconds until a lost connection is opened again; the driver's own go up to 20.
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 0.5),
    connection: {
      application_name: name,
      TimeZone: 'UTC',
      DateStyle: 'ISO',
      // Nothing is sent of those that are 0: a pooling proxy may refuse them.
      lock_timeout: lock * 1000,
      statement_timeout: statement * 1000,
      idle_in_transaction_session_timeout: idle * 1000,
    },
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
  }
}

/**
 * Runs `work` in a transaction: a new one on the pool, a savepoint inside a transaction that is already open. On the pool
 * it is run again, at most twice, when it only met another: in a deadlock, or unserialisable.
 */
export function transaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  if ('begin' in db) return untilUndisturbed(() => (db as Pool).begin(work) as Promise<T>)
  return (db as postgresTypes.TransactionSql<{ bigint: number }>).savepoint(work) as Promise<T>
}

/**
 * Runs `work` in a transaction whose last statements travel together with its commit: it returns them sent, not awaited.
 * When one of them fails, the database answers the commit by rolling back, and this rejects with what was wrong. It is
 * run again as any transaction is.
 */
export function swiftTransaction<T>(
  pool: Pool,
  work: (db: Db) => Promise<{ result: T; writes: Promise<unknown> }>,
): Promise<T> {
  return untilUndisturbed(async () => {
    const { result, writes } = (await pool.begin(async db => {
      const { result, writes } = await work(db)
      writes.catch(() => {})
      // In an object, so that it is not awaited here: the driver sends the commit now.
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
  })
}

const mostRuns = 3
/** SQLSTATE of a transaction that was rolled back because of another one: serialisation, deadlock. */
const disturbed = new Set(['40001', '40P01'])

async function untilUndisturbed<T>(run: () => Promise<T>): Promise<T> {
  for (let runs = 1; ; runs++) {
    try {
      return await run()
    } catch (error) {
      if (runs === mostRuns || !disturbed.has((error as { code?: string }).code ?? '')) throw error
    }
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

/**
 * Joins fragments two by two, half of them on each side: the driver writes nested fragments by recursion, and thousands in a
 * row would be too deep.
 */
export function joined(parts: Fragment[], join: (left: Fragment, right: Fragment) => Fragment): Fragment {
  const half = parts.length >> 1
  return half === 0 ? parts[0]! : join(joined(parts.slice(0, half), join), joined(parts.slice(half), join))
}

/** Members of a record as columns take them: objects and lists are JSON. */
export const inColumns = (db: Db, given: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      value && typeof value === 'object' ? db.json(value as never) : value,
    ]),
  )
