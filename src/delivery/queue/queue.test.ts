import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { withoutClause } from '../../../test/support/clauses.ts'
import { emptyDatabase } from '../../../test/support/database.ts'
import { meetingPools } from '../../../test/support/meeting.ts'
import { connect, type Pool, transaction } from '../../db/connection.ts'
import type { Job, QueueTable } from './queries.ts'
import { DeliveryQueue, type QueueOptions } from './queue.ts'
import type { AttemptResult } from './settlement.ts'

const pool = connect(await emptyDatabase('queue_of_parcels'), { max: 6 })
await pool`create table hooks (id bigint primary key)`
await pool`
  create table parcels (
    id bigint generated always as identity primary key, hook_id bigint not null references hooks, body text not null,
    state text not null default 'waiting', attempts int not null default 0, next_attempt_at timestamptz not null default now() - interval '1 second',
    last_error text, created_at timestamptz not null default now(), sent_at timestamptz, answer text,
    reached text[] not null default '{}')`
await pool`insert into hooks values (1), (2)`

type Parcel = Job & { body: string; reached: string[]; answer: string | null }
const table: QueueTable = {
  name: 'parcels',
  owner: { table: 'hooks', column: 'hook_id' },
  columns: ['body', 'reached', 'answer'],
  ofOneAttempt: ['answer'],
}
const hour = 3_600_000
let ahead = 0
let delivered: string[] = []
const warnings: string[] = []
const queues: { close: () => Promise<void> }[] = []
const arrived: AttemptResult = { isOpen: false, hasArrived: true, reason: null, isOutage: false, columns: {} }
const away: AttemptResult = { ...arrived, isOpen: true, hasArrived: false, reason: 'away', isOutage: true }

/** A queue of parcels that arrive, unless told otherwise. */
const queueWith = (options: Partial<QueueOptions<Parcel, string>> = {}) => {
  const queue = new DeliveryQueue<Parcel, string>({
    pool,
    now: () => new Date(Date.now() + ahead),
    table,
    pauses: { first: 60_000, longest: hour, longestOutage: 300_000, patience: 24 * hour },
    prepare: async (_db, jobs) => jobs.map(job => job.body),
    deliver: async (_job, body) => {
      delivered.push(body)
      return arrived
    },
    warn: error => void warnings.push(String(error)),
    release: () => {},
    ...options,
  })
  queues.push(queue)
  return queue
}
const add = async (bodies: string[], hook_id = 1) => {
  for (const body of bodies) await pool`insert into parcels (body, hook_id) values (${body}, ${hook_id})`
}
const parcels = async () => [...(await pool`select state, attempts, last_error from parcels order by id`)]

beforeEach(async () => {
  ahead = 0
  delivered = []
  warnings.length = 0
  await pool`delete from parcels`
})
after(async () => {
  await Promise.all(queues.map(queue => queue.close()))
  await pool.end()
})

describe('a delivery queue', () => {
  it('delivers what waits once, and records it', async () => {
    await add(['a', 'b'])
    const queue = queueWith()
    await queue.dispatch()
    await queue.dispatch()
    assert.deepEqual(delivered, ['a', 'b'])
    const [row] = await pool`select count(*)::int from parcels where sent_at is not null and attempts = 1`
    assert.deepEqual([row!.count, (await parcels())[0]!.state], [2, 'sent'])
  })

  it('delivers in the order of their turns, with at most twenty in hand', async () => {
    const bodies = Array.from({ length: 45 }, (_, n) => String(n))
    await add(bodies)
    let most = 0
    let current = 0
    const deliver = async (_job: Parcel, body: string) => {
      most = Math.max(most, ++current)
      delivered.push(body)
      await new Promise(setImmediate)
      current--
      return arrived
    }
    await queueWith({ deliver }).dispatch()
    assert.deepEqual([most, delivered], [20, bodies])
  })

  it('tries again what is open, after a pause, with what the last attempt noted and without what is of one attempt', async () => {
    await add(['a'])
    const seen: unknown[] = []
    const deliver = async ({ attempts, reached, answer }: Parcel): Promise<AttemptResult> => {
      seen.push([attempts, reached, answer])
      await pool`update parcels set answer = 'busy'`
      return attempts === 1 ? { ...away, columns: { reached: ['one'] } } : arrived
    }
    const queue = queueWith({ deliver })
    await queue.dispatch()
    await queue.dispatch()
    assert.deepEqual(await parcels(), [{ state: 'waiting', attempts: 1, last_error: 'away' }])
    ahead = hour
    await queue.dispatch()
    assert.deepEqual(seen, [
      [1, [], null],
      [2, ['one'], null],
    ])
    assert.deepEqual(await parcels(), [{ state: 'sent', attempts: 2, last_error: null }])
  })

  it('gives up when patience has ended: what has arrived in part counts as sent', async () => {
    await add(['nowhere', 'in part'])
    const deliver = async ({ body }: Parcel) => ({ ...away, hasArrived: body === 'in part' })
    ahead = 25 * hour
    await queueWith({ deliver }).dispatch()
    assert.deepEqual(
      (await parcels()).map(({ state }) => state),
      ['failed', 'sent'],
    )
  })

  it('takes an attempt that throws as one that failed, and says so', async () => {
    await add(['a', 'b'])
    const deliver = async ({ body }: Parcel) => {
      if (body === 'a') throw new Error('a fault')
      return arrived
    }
    await queueWith({ deliver }).dispatch()
    assert.deepEqual(await parcels(), [
      { state: 'waiting', attempts: 1, last_error: 'Error: a fault' },
      { state: 'sent', attempts: 1, last_error: null },
    ])
    assert.deepEqual(warnings, ['Error: a fault'])
  })

  it('delivers nothing of a job that its preparation has settled', async () => {
    await add(['a', 'b'])
    await queueWith({
      prepare: async (db, [first]) => {
        await db`update parcels set state = 'dropped' where id = ${first!.id}`
        return [undefined, 'b']
      },
    }).dispatch()
    assert.deepEqual(delivered, ['b'])
    assert.deepEqual(
      (await parcels()).map(({ state }) => state),
      ['dropped', 'sent'],
    )
  })

  it('takes again what a process had in hand that is not heard of, not before its lease has run out', async () => {
    await add(['a'])
    await pool`update parcels set state = 'sending', attempts = 1, next_attempt_at = now() + interval '2 minutes'`
    const queue = queueWith()
    await queue.dispatch()
    assert.deepEqual(delivered, [])
    ahead = hour
    await queue.dispatch()
    assert.deepEqual(delivered, ['a'])
  })

  it('writes nothing of an attempt whose job another process has taken meanwhile', async () => {
    await add(['a'])
    const deliver = async () => {
      await pool`update parcels set attempts = 2`
      return arrived
    }
    await queueWith({ deliver }).dispatch()
    assert.deepEqual(await parcels(), [{ state: 'sending', attempts: 2, last_error: null }])
  })

  it('passes over jobs whose owner is being changed, and does not wait for it', async () => {
    await add(['a'], 1)
    await add(['b'], 2)
    await transaction(pool, async db => {
      await db`select from hooks where id = 1 for update`
      await queueWith().dispatch()
      assert.deepEqual(delivered, ['b'])
    })
    await queueWith().dispatch()
    assert.deepEqual(delivered, ['b', 'a'])
  })

  it('releases what it uses after its close has waited for what is being delivered', async () => {
    await add(['a'])
    const [begun, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<AttemptResult>()]
    const order: string[] = []
    const queue = queueWith({
      deliver: async () => {
        begun.resolve()
        return answer.promise
      },
      release: () => void order.push('released'),
    })
    const round = queue.dispatch().then(() => order.push('delivered'))
    await begun.promise
    const closed = queue.close()
    answer.resolve(arrived)
    await Promise.all([round, closed])
    assert.deepEqual(order, ['delivered', 'released'])
  })
})

describe('two processes take jobs at the same moment', () => {
  const both = (change: (pool: Pool) => Pool) =>
    Promise.all(meetingPools(pool).map(each => queueWith({ pool: change(each) }).dispatch()))

  it('each job is delivered once', async () => {
    await add(['a', 'b', 'c'])
    await both(each => each)
    assert.deepEqual(delivered.sort(), ['a', 'b', 'c'])
  })

  it('without the lock of the claim each is delivered twice', async () => {
    await add(['a', 'b', 'c'])
    await both(each => withoutClause(each, 'for update of job skip locked'))
    assert.deepEqual(delivered.sort(), ['a', 'a', 'b', 'b', 'c', 'c'])
  })
})
