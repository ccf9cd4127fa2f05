import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { checkIntegrity } from '../../seats/check/integrity.ts'
import { findAttendances, insertAttendances } from '../attendance/queries.ts'

const { call, make, pool, account_id } = await testApp()
const event = await make('events', { name: 'Race' })
const newSession = () => make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01' })
let people = 0
const register = (session_ids: number[]) =>
  make('registrants', { event_id: event.id, email: `r${++people}@example.com`, session_ids })
const mustBalance = async () => assert.deepEqual((await checkIntegrity(pool, new Date())).findings, [])

describe('one registrant scanned at many doors at once', () => {
  it('has one attendance, and one of the answers is the first', async () => {
    for (let round = 0; round < 5; round++) {
      const session = await newSession()
      const { id } = await register([session.id])
      const replies = await Promise.all(
        Array.from({ length: 12 }, () => call('POST', `/scans/registrant/${id}/session/${session.id}`)),
      )
      assert.equal(replies.filter(({ status }) => status === 201).length, 1)
      assert.equal(replies.filter(({ status }) => status === 200).length, 11)
      assert.equal((await findAttendances(pool, [session.id], [id])).length, 1)
      assert.equal((await call('GET', `/registrants/${id}`)).body.registration_status, 'attended')
    }
  })

  it('would fail without the lock of the event: nobody finds what is not committed yet', async () => {
    const session = await newSession()
    const { id: registrant_id } = await register([session.id])
    const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
    let looking = 4
    const looked = Promise.withResolvers<void>()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, async () => {
        const known = await findAttendances(pool, [session.id], [registrant_id])
        if (--looking === 0) looked.resolve()
        await looked.promise
        if (known.length === 0)
          await insertAttendances(pool, actor, event.id, [
            { session_id: session.id, registrant_id, unexpected: 0 },
          ])
      }),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 3)
  })
})

describe('500 scans of three devices, twice, in other orders', () => {
  it('leave what one device in the right order would have left', async () => {
    const [one, two] = [await newSession(), await newSession()]
    const crowd = await Promise.all(Array.from({ length: 50 }, () => register([one.id, two.id])))
    const scans = crowd.flatMap(({ id }: Json, n: number) =>
      [one, two].flatMap(({ id: session_id }: Json) =>
        Array.from({ length: 5 }, (_, k) => ({
          client_id: `${id}-${session_id}-${k}`,
          registrant_id: id,
          session_id,
          direction: k === 4 ? 'out' : 'in',
          scanned_at: `2030-01-01T10:${String((n + k * 7) % 60).padStart(2, '0')}:00Z`,
          device: `door ${k % 3}`,
        })),
      ),
    )
    assert.equal(scans.length, 500)
    const shuffled = (list: typeof scans, by: number) =>
      list.toSorted((a, b) => ((list.indexOf(a) * by) % 499) - ((list.indexOf(b) * by) % 499))
    const replies = await Promise.all(
      [scans, shuffled(scans, 7), scans.toReversed(), shuffled(scans, 31)].map(each =>
        call('POST', '/scans/batch', { scans: each }),
      ),
    )
    const results = replies.flatMap(({ body }) => body.results)
    assert.equal(results.filter(({ status }: Json) => status === 'created').length, 500)
    assert.equal(results.filter(({ status }: Json) => status === 'existing').length, 1500)
    for (const { id: registrant_id } of crowd)
      for (const { id: session_id } of [one, two]) {
        const own = scans.filter(
          scan => scan.registrant_id === registrant_id && scan.session_id === session_id,
        )
        const times = (direction: string) =>
          own
            .filter(scan => scan.direction === direction)
            .map(({ scanned_at }) => scanned_at.slice(0, 19).replace('T', ' '))
            .sort()
        const [row] = await findAttendances(pool, [session_id], [registrant_id])
        assert.deepEqual([row!.check_in_date, row!.check_out_date], [times('in')[0], times('out').at(-1)])
      }
    await mustBalance()
  })
})

describe('a scan while its registrant or session is deleted or cancelled', () => {
  it('is taken or refused, and leaves nothing behind', async () => {
    for (let round = 0; round < 8; round++) {
      const session = await newSession()
      const [ada, bob] = [await register([session.id]), await register([session.id])]
      const replies = await Promise.all([
        call('POST', `/scans/registrant/${ada.id}/session/${session.id}`),
        call('POST', '/scans/batch', {
          scans: [{ client_id: `d${round}`, registrant_id: bob.id, session_id: session.id }],
        }),
        call('DELETE', `/registrants/${ada.id}`),
        round % 2
          ? call('DELETE', `/sessions/${session.id}?force=1`)
          : call('PUT', `/registrants/${bob.id}`, { registration_status: 'cancelled' }),
      ])
      for (const { status, text } of replies)
        assert.ok([200, 201, 204, 404, 422].includes(status), `${status} ${text}`)
      assert.equal((await findAttendances(pool, [session.id], [ada.id])).length, 0)
    }
    await mustBalance()
  })
})
