import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { errand } from '../../test/support/races.ts'
import { seatDesk } from '../../test/support/seats.ts'

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
    const nobody = errand(account_id, { registrant_id: 999_999_999, add: [talk.id] })
    let waiting: Promise<unknown>[] = []
    await pool.begin(async db => {
      await db`select from events where id = ${summit.id} for update`
      waiting = Array.from({ length: 20_000 }, () => app.app.desk.submit(pool, summit.id, nobody))
      const refused = await claim(someone, talk)
      assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1'])
    })
    const outcomes = await Promise.all(waiting)
    assert.equal(
      outcomes.every(outcome => 'failure' in (outcome as object)),
      true,
    )
    assert.equal((await claim(someone, talk)).status, 200)
  })
})
