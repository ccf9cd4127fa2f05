import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../test/support/app.ts'
import { gateTo } from '../../test/support/gate.ts'
import { seatDesk } from '../../test/support/seats.ts'

const gate = await gateTo(process.env.TEST_DATABASE_URL!)
const steady = await testApp()
const shaken = await testApp({ url: gate.url, beside: steady })
const { event, session, person } = seatDesk(steady)

const writing = /\b(insert into|update \w+|delete from)\b/

/** What a request sends to the database, in order, without what is cached for later. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = []
  steady.pool.options.debug = (_connection, statement) => void statements.push(statement.trim().toLowerCase())
  await work()
  steady.pool.options.debug = false
  return statements
}

describe('what was committed is answered as committed', () => {
  it('every write has its answer when it is committed, and asks the database nothing after it', async () => {
    const { call, make } = steady
    const summit = await event()
    const talk = await session(summit)
    const ada = await person(summit)
    const [track, location, group, type] = await Promise.all(
      ['tracks', 'locations', 'registrant-groups', 'reg-types'].map(plural =>
        make(plural, { event_id: summit.id, name: plural }),
      ),
    )
    const body = { event_id: summit.id, name: 'Another' }
    const writes: [method: string, path: string, body?: Json][] = [
      ['POST', '/events/create', { name: 'Another' }],
      ['PUT', `/events/${summit.id}`, { name: 'Changed' }],
      ['POST', `/events/${summit.id}/clone`, {}],
      ['POST', '/sessions/create', { ...body, date: '2026-09-14' }],
      ['POST', '/sessions/create', { ...body, date: '2026-09-14', selection_control: 'included' }],
      ['PUT', `/sessions/${talk.id}`, { name: 'Changed', capacity: 7 }],
      ['PUT', '/sessions/external/a', { ...body, date: '2026-09-14' }],
      ...['tracks', 'locations', 'registrant-groups', 'reg-types'].map((plural): [string, string, Json] => [
        'POST',
        `/${plural}/create`,
        body,
      ]),
      ['PUT', `/tracks/${track.id}`, { name: 'Changed' }],
      ['PUT', `/locations/${location.id}`, { name: 'Changed' }],
      ['PUT', `/registrant-groups/${group.id}`, { name: 'Changed' }],
      ['PUT', `/reg-types/${type.id}`, { name: 'Changed' }],
      ['POST', '/sessions/fields/create', { name: 'Field', type: 'textInput' }],
      ['POST', '/event-questions/create', { ...body, type: 'textInput' }],
      [
        'POST',
        '/registrants/create',
        { event_id: summit.id, email: 'new@example.com', session_ids: [talk.id] },
      ],
      ['PUT', `/registrants/${ada.id}`, { first_name: 'Changed' }],
      ['PUT', '/registrants/external/b', { event_id: summit.id, email: 'external@example.com' }],
      ['POST', '/registrants/checkin', { id: ada.id, status: 'attended' }],
      ['POST', `/registrants/${ada.id}/session/${talk.id}`],
      ['PUT', `/registrants/${ada.id}/agenda`, { session_ids: [] }],
      ['POST', `/registrants/${ada.id}/trigger-email/confirmation`],
      ['PUT', `/events/${summit.id}/emails`, {}],
      ['DELETE', `/registrants/${ada.id}`],
      ['DELETE', `/sessions/${talk.id}?force=1`],
      ['DELETE', `/tracks/${track.id}`],
      ['DELETE', `/locations/${location.id}`],
    ]
    for (const [method, path, body] of writes) {
      const send = async () => {
        const { status, text } = await call(method, path, body)
        assert.equal(status < 300, true, `${method} ${path}: ${status} ${text}`)
      }
      const statements = await statementsOf(send)
      const committed = statements.lastIndexOf('commit')
      const last = committed >= 0 ? committed : statements.findLastIndex(each => writing.test(each))
      assert.deepEqual([last >= 0, statements.slice(last + 1)], [true, []], `${method} ${path}`)
    }
  })

  it('also when every connection is lost at the moment of each commit: as many are there as were told so', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 40 })
    const told: string[] = []
    let cuts = 0
    gate.onCommit(() => {
      cuts++
      gate.cut()
    })
    for (let round = 0; round < 12; round++) {
      const emails = Array.from({ length: 5 }, (_, n) => `${round}-${n}@example.com`)
      await Promise.all(
        emails.map(async email => {
          const body = { event_id: summit.id, email, session_ids: [talk.id] }
          const { status } = await shaken.call('POST', '/registrants/create', body)
          if (status === 201) told.push(email)
        }),
      )
    }
    gate.onCommit(() => {})
    const stored = await steady.pool<{ email: string }[]>`
      select email from registrants where event_id = ${summit.id}`
    assert.deepEqual(stored.map(row => row.email).sort(), told.sort())
    assert.deepEqual([cuts > 0, told.length > 0], [true, true])
    await gate.end()
  })
})
