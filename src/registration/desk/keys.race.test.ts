import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { type Crowd, count, crowdAt } from '../../../test/support/crowds.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { twoAndTwo } from '../../../test/support/servers.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { event, findings } = seatDesk(app)

/** Two processes on one database, and two more that do not lock keys. */
const { servers, spoiled: unlocked } = twoAndTwo(url, 'does not lock keys')

/** Twenty clients make the same request with the same key. */
async function sameKey({ strangers, all }: Crowd, path: string, body: object, key: string) {
  return all(strangers(20), ask => ask('POST', path, body, key))
}

describe('the same Idempotency-Key from many clients of two processes', () => {
  it('is one registration', async () => {
    const crowd = crowdAt(app, servers)
    const summit = await event()
    const talks = await crowd.sessions(summit, 1, () => ({ capacity: 100 }))
    const body = { event_id: summit.id, email: 'same@example.com', session_ids: [talks[0]!.id] }
    const statuses = await sameKey(crowd, '/registrants/create', body, `seat ${summit.id}`)
    assert.deepEqual([new Set(statuses), await crowd.seated(talks)], [new Set([201]), [1]])
    assert.deepEqual(await findings(summit), [])
  })

  it('is one session', async () => {
    const summit = await event()
    const body = { event_id: summit.id, name: 'Once', date: '2030-01-01' }
    const statuses = await sameKey(crowdAt(app, servers), '/sessions/create', body, `talk ${summit.id}`)
    const { _meta } = (await app.call('GET', `/sessions?event_id=${summit.id}`)).body
    assert.deepEqual([new Set(statuses), _meta.totalCount], [new Set([201]), 1])
  })

  it('without the lock of the key it is more than one', async () => {
    const crowd = crowdAt(app, unlocked, 3)
    for (let round = 0; round < 100; round++) {
      const summit = await event()
      const body = { event_id: summit.id, email: 'same@example.com', session_ids: [] }
      await sameKey(crowd, '/registrants/create', body, `unlocked ${summit.id}`)
      const { registrants_count } = (await app.call('GET', `/events/${summit.id}`)).body
      if (registrants_count > 1) return
    }
    assert.fail('in a hundred rounds without the lock nobody was registered twice')
  })
})

describe('many keys at once', () => {
  it('do not wait for each other', async () => {
    const { strangers, all } = crowdAt(app, servers)
    const summit = await event()
    const statuses = await all(strangers(250), (ask, _who, n) =>
      n % 2
        ? ask('POST', '/registrants/create', { event_id: summit.id, email: `k${n}@example.com` }, `many ${n}`)
        : ask('POST', '/tracks/create', { event_id: summit.id, name: `Track ${n}` }, `many ${n}`),
    )
    assert.deepEqual(count(statuses, 201), 250)
  })
})
