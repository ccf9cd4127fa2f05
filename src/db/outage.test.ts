import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Gate, gateTo } from '../../test/support/gate.ts'
import { NotifiedCache } from './cache.ts'
import { connect, type Db, type Limits, type Pool, transaction, unlimited } from './connection.ts'

const database = process.env.TEST_DATABASE_URL!
const beside = connect(database, { max: 3 })
after(() => beside.end({ timeout: 1 }))

const opened: { pool: Pool; gate: Gate }[] = []
afterEach(async () => {
  for (const { pool, gate } of opened.splice(0)) {
    await pool.end({ timeout: 0 })
    await gate.end()
  }
})

/** A pool whose way to the database can be disturbed. */
async function open(options: { max?: number; limits?: Partial<Limits> } = {}) {
  const gate = await gateTo(database)
  const limits = { ...unlimited, ...options.limits }
  const pool = connect(gate.url, { max: options.max ?? 2, limits })
  opened.push({ pool, gate })
  return { gate, pool }
}

const one = async (db: Db) => (await db<{ n: number }[]>`select 1 as n`)[0]!.n
const secondsOf = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
/** Tries until it succeeds. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const done = await work().then(
      () => true,
      () => false,
    )
    if (done) return
    await pause(10)
  }
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code: string }) => error.code,
  )

describe('a pool whose database goes away', () => {
  it('answers within two seconds of its return, however long it was away and however often it was asked', async () => {
    const { gate, pool } = await open()
    await one(pool)
    await gate.close()
    // Each failure used to double the time until the next attempt, up to 20 seconds.
    for (let attempt = 0; attempt < 30; attempt++) assert.notEqual(await codeOf(one(pool)), undefined)
    await gate.open()
    const seconds = await secondsOf(() => untilDone(() => one(pool)))
    assert.ok(seconds < 2, `${seconds} s`)
  })

  it('gives no query the failure of a connection that is gone', async () => {
    const { pool } = await open({ max: 1 })
    const [backend] = await pool<{ pid: number }[]>`select pg_backend_pid() as pid`
    const asleep = codeOf(pool`select pg_sleep(60)`)
    await untilDone(async () => {
      const [row] = await beside`
        select pg_terminate_backend(pid) as ended from pg_stat_activity
        where pid = ${backend!.pid} and query like '%pg_sleep(60)%' and state = 'active'`
      assert.equal(row?.ended, true)
    })
    assert.equal(await asleep, '57P01')
    assert.equal(await one(pool), 1)
  })

  it('begins every connection at its beginning: nothing that was meant for the last one is sent', async () => {
    const { gate, pool } = await open({ max: 1 })
    await one(pool)
    for (let round = 0; round < 20; round++) {
      const asked = Array.from({ length: 5 }, () => codeOf(one(pool)))
      setImmediate(() => gate.cut())
      await Promise.all(asked)
      await untilDone(() => one(pool))
    }
  })

  it('never lets a transaction that has lost its connection reach the one that is opened in its place', async () => {
    const { gate, pool } = await open({ max: 1 })
    await beside`create table stray (who text)`
    const lost = Promise.withResolvers<void>()
    const strayed = Promise.withResolvers<string | undefined>()
    const first = codeOf(
      transaction(pool, async db => {
        await db`insert into stray values ('first, before')`
        gate.cut()
        await lost.promise
        const late = codeOf(db`insert into stray values ('first, after')`)
        strayed.resolve(await late)
        await late
      }),
    )
    assert.equal(await first, 'CONNECTION_CLOSED')
    await transaction(pool, async db => {
      await db`insert into stray values ('second')`
      lost.resolve()
      assert.equal(await strayed.promise, 'CONNECTION_CLOSED')
      await one(db)
    })
    const rows = await beside<{ who: string }[]>`select who from stray`
    await beside`drop table stray`
    assert.deepEqual(
      rows.map(row => row.who),
      ['second'],
    )
  })

  it('fails a query whose server hangs up before it is ready', async () => {
    const { gate, pool } = await open({ max: 1 })
    gate.watch(() => gate.cut())
    assert.equal(await codeOf(one(pool)), 'CONNECTION_CLOSED')
  })
})

describe('a pool with limits', () => {
  it('gives up a lock that somebody forgot, and says so to the database', async () => {
    const { pool } = await open({ limits: { lock: 1, statement: 30 } })
    await beside`create table held (n int primary key)`
    await beside`insert into held values (1)`
    const release = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const holder = transaction(beside, async db => {
      await db`select from held for update`
      held.resolve()
      await release.promise
    })
    await held.promise
    assert.equal(await codeOf(pool`update held set n = 2`), '55P03')
    release.resolve()
    await holder
    await pool`update held set n = 2`
    await beside`drop table held`
  })

  it('ends a statement that takes too long, and a transaction that does nothing', async () => {
    const { pool } = await open({ limits: { statement: 1, idle: 1 } })
    assert.equal(await codeOf(pool`select pg_sleep(30)`), '57014')
    const idle = Promise.withResolvers<void>()
    const forgotten = codeOf(
      transaction(pool, async db => {
        await one(db)
        await idle.promise
      }),
    )
    assert.match((await forgotten) ?? '', /^25P03$|^CONNECTION_CLOSED$/)
    idle.resolve()
  })

  it('gives up a connection that has fallen silent, and everything that waits behind it', async () => {
    const { gate, pool } = await open({ max: 1, limits: { statement: 1, queue: 2 } })
    await one(pool)
    gate.freeze()
    const asked = Array.from({ length: 300 }, () => codeOf(one(pool)))
    let codes: (string | undefined)[] = []
    const seconds = await secondsOf(async () => {
      codes = await Promise.all(asked)
    })
    assert.deepEqual([...new Set(codes)].sort(), ['ANSWER_TIMEOUT', 'QUEUE_TIMEOUT'])
    assert.ok(seconds < 8, `${seconds} s`)
    gate.thaw()
    await untilDone(() => one(pool))
  })

  it('lets nobody wait for a free connection for longer than it may, and no more than it may', async () => {
    const { pool } = await open({ max: 1, limits: { queue: 1 } })
    const release = Promise.withResolvers<void>()
    const taken = transaction(pool, async db => {
      await one(db)
      const waiting = Array.from({ length: 10_001 }, () => codeOf(transaction(pool, one)))
      assert.equal(await waiting.at(-1), 'QUEUE_FULL')
      assert.deepEqual(new Set((await Promise.all(waiting)).slice(0, -1)), new Set(['QUEUE_TIMEOUT']))
      await release.promise
    })
    release.resolve()
    await taken
    assert.equal(await one(pool), 1)
  })
})

describe('notifications', () => {
  it('are heard again within two seconds of the return of the database, and what was missed is made good', async () => {
    const { gate, pool } = await open()
    let stored = 'before'
    const cache = new NotifiedCache(async () => stored, 60_000)
    await cache.follow(pool, 'outage_test')
    assert.equal(await cache.get('key'), 'before')
    await gate.close()
    stored = 'changed while nothing was heard'
    await beside.notify('outage_test', 'key')
    assert.equal(await cache.get('key'), 'before')
    await gate.open()
    const seconds = await secondsOf(() =>
      untilDone(async () => assert.equal(await cache.get('key'), 'changed while nothing was heard')),
    )
    assert.ok(seconds < 2, `${seconds} s`)
    stored = 'changed once more'
    await beside.notify('outage_test', 'key')
    await untilDone(async () => assert.equal(await cache.get('key'), 'changed once more'))
  })

  it('are heard again when the connection falls silent without a word', async () => {
    const { gate, pool } = await open()
    let gaps = 0
    await pool.listen(
      'outage_test',
      () => {},
      () => gaps++,
    )
    const before = gate.opened()
    gate.freeze()
    await untilDone(async () => assert.ok(gate.opened() > before))
    gate.thaw()
    await untilDone(async () => assert.equal(gaps, 2))
  })
})
