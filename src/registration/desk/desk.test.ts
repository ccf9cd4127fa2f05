import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, testApp } from '../../../test/support/app.ts'
import { order } from '../../../test/support/races.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import type { ApiError } from '../../errors.ts'
import type { Kept, Once } from '../../http/once.ts'

const app = await testApp()
const { call, pool, account_id } = app
const { event, session, person, claim, counts, findings } = seatDesk(app)

describe('the desk', () => {
  it('a wish that fails fails alone: the rest of its batch is stored', async () => {
    const summit = await event()
    const talk = await session(summit)
    const register = (n: number, external_id: string) =>
      call('POST', '/registrants/create', {
        event_id: summit.id,
        email: `d${n}@example.com`,
        external_id,
        session_ids: [talk.id],
      })
    const replies = await Promise.all([
      register(1, 'a'),
      register(2, 'b'),
      register(3, 'a'),
      register(4, 'c'),
    ])
    assert.deepEqual(replies.map(reply => reply.status).sort(), [201, 201, 201, 422])
    assert.deepEqual([await counts(talk), await findings(summit)], [[3, 0, 0, 0], []])
  })

  it('503 with Retry-After at once when too many wait, and everybody who waits is answered', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit)
    const nobody = order(account_id, { registrant_id: 999_999_999, add: [talk.id] })
    let waiting: Promise<unknown>[] = []
    await pool.begin(async db => {
      await db`select from events where id = ${summit.id} for update`
      const order = { event_id: summit.id, ...nobody }
      waiting = Array.from({ length: 20_000 }, () =>
        app.parts.desk.submit(pool, order, async () => 200).catch(({ status }: ApiError) => status),
      )
      const refused = await claim(someone, talk)
      assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1'])
    })
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set([404]))
    assert.equal((await claim(someone, talk)).status, 200)
  })
})

describe('requests with an Idempotency-Key', () => {
  let keys = 0
  const keyed = (path: string, key: string, body?: object) =>
    call('POST', path, body, { 'idempotency-key': key })
  const newKey = () => `desk ${++keys}`
  const claimPath = (who: { id: number }, talk: { id: number }) => `/registrants/${who.id}/session/${talk.id}`

  it('are carried out together with others, and each gets its first answer again', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 30 })
    const register = (n: number) =>
      keyed('/registrants/create', `${summit.id} ${n}`, {
        event_id: summit.id,
        email: `k${n}@example.com`,
        session_ids: [talk.id],
      })
    const numbers = Array.from({ length: 60 }, (_, n) => n)
    const first = await Promise.all(numbers.map(register))
    assert.equal(first.filter(({ status }) => status === 201).length, 30)
    const [row] = await pool`
      select count(distinct xmin::text)::int as transactions from selections where event_id = ${summit.id}`
    assert.equal(row!.transactions < 10, true)
    const again = await Promise.all(numbers.map(register))
    assert.deepEqual(
      again.map(({ status, text, headers }) => [status, text, headers.location, headers.etag]),
      first.map(({ status, text, headers }) => [status, text, headers.location, headers.etag]),
    )
    assert.deepEqual(new Set(again.map(({ headers }) => headers['idempotency-replayed'])), new Set(['true']))
    assert.deepEqual([await counts(talk), await findings(summit)], [[30, 0, 0, 0], []])
  })

  it('the same key twice in one batch is one claim, and 409 with Retry-After', async () => {
    const summit = await event()
    const talk = await session(summit)
    const [a, b] = [await person(summit), await person(summit)]
    const claimed = (who: { id: number }) => order(account_id, { registrant_id: who.id, add: [talk.id] })
    const answer = async () => ({ status: 200 as const, body: { success: true } })
    const once = (): Once => ({
      account_id,
      key: `twice ${summit.id}`,
      request_hash: Buffer.alloc(32),
      now: new Date(),
      render: async work => ({ status: (await work()).status, headers: {}, body: '', replayed: false }),
    })
    // While the first is carried out, the two with the key gather for the next batch.
    const outcomes = await Promise.allSettled([
      app.parts.desk.submit(pool, { event_id: summit.id, ...claimed(a) }, answer),
      app.parts.desk.submitOnce({ event_id: summit.id, ...claimed(b) }, answer, once()),
      app.parts.desk.submitOnce({ event_id: summit.id, ...claimed(b) }, answer, once()),
    ])
    const [, one, two] = outcomes as [unknown, { value: Kept }, { reason: ApiError }]
    assert.deepEqual(
      [one.value.status, two.reason.status, two.reason.headers['retry-after']],
      [200, 409, '1'],
    )
    assert.deepEqual([await counts(talk), await findings(summit)], [[2, 0, 0, 0], []])
  })

  it('a refusal of the desk is the answer to that key, also when a seat has come back', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const [a, b] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    const key = newKey()
    const refused = await keyed(claimPath(b, talk), key)
    await call('DELETE', claimPath(a, talk))
    const again = await keyed(claimPath(b, talk), key)
    assert.deepEqual([refused.status, again.status, again.text], [422, 422, refused.text])
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.equal((await keyed(claimPath(b, talk), newKey())).status, 200)
  })

  it('so is a refusal before the desk, and a success stays one when its registrant is gone', async () => {
    const summit = await event()
    const talk = await session(summit)
    const who = await person(summit)
    const [before, after] = [newKey(), newKey()]
    const unknown = { event_id: summit.id, email: 'x@example.com', external_id: 'taken' }
    const nobody = await keyed('/registrants/create', before, { ...unknown, reg_type_id: 999_999 })
    const again = await keyed('/registrants/create', before, { ...unknown, reg_type_id: 999_999 })
    assert.deepEqual(
      [nobody.status, again.text, again.headers['idempotency-replayed']],
      [422, nobody.text, 'true'],
    )
    const claimed = await keyed(claimPath(who, talk), after)
    await call('DELETE', `/registrants/${who.id}`)
    const repeated = await keyed(claimPath(who, talk), after)
    assert.deepEqual([repeated.status, repeated.text], [200, claimed.text])
  })

  it('422 for a key that was used for another request', async () => {
    const summit = await event()
    const talk = await session(summit)
    const [a, b] = [await person(summit), await person(summit)]
    const key = newKey()
    await keyed(claimPath(a, talk), key)
    assert.deepEqual(faultsIn(await keyed(claimPath(b, talk), key)), [
      'Idempotency-Key: idempotency_key_reused',
    ])
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })
})
