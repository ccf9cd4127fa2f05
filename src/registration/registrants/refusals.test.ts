import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countRows, faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'

const { make, call, pool } = await testApp({ url: await ownDatabase() })
const event = await make('events', { name: 'Summit' })
const session = (more: Json) =>
  make('sessions', { event_id: event.id, name: 'S', date: '2099-01-01', ...more })
const full = await session({ capacity: 0 })
const draft = await session({ session_status: 'approved' })
const fullType = await make('reg-types', { event_id: event.id, name: 'Student', capacity: 0 })

const wrong = {
  event_id: event.id,
  email: 'nobody',
  language: '?',
  reg_type_id: fullType.id,
  session_ids: [full.id, draft.id, 999_999_999],
}
const everyFault = [
  'email: pattern',
  'language: pattern',
  'reg_type_id: reg_type',
  'session_ids: not_found',
  'session_ids: not_live',
  'session_ids: sold_out',
]

describe('what is wrong with a registrant', () => {
  const ways: Record<string, () => Promise<[string, string]>> = {
    'of a create': async () => ['POST', '/registrants/create'],
    'of an update': async () => {
      const { id } = await make('registrants', { event_id: event.id, email: 'p@example.com' })
      return ['PUT', `/registrants/${id}`]
    },
    'of an upsert that creates': async () => ['PUT', '/registrants/external/new'],
    'of an upsert that updates': async () => {
      const body = { event_id: event.id, email: 'p@example.com', external_id: 'known' }
      await make('registrants', body)
      return ['PUT', '/registrants/external/known']
    },
  }
  for (const [name, way] of Object.entries(ways))
    it(`${name}: faults of fields and reasons against seats come in one 422, and nothing is written`, async () => {
      const [method, path] = await way()
      const before = await countRows(pool)
      for (const query of ['', '?validate_only=true'])
        assert.deepEqual(faultsIn(await call(method, path + query, wrong)).sort(), everyFault)
      assert.deepEqual(await countRows(pool), before)
    })

  it('names the faults of fields alone where the event is not known', async () => {
    const refused = await call('POST', '/registrants/create', { ...wrong, event_id: 999_999_999 })
    assert.deepEqual(faultsIn(refused), ['email: pattern', 'language: pattern', 'event_id: not_found'])
  })
})

describe('a switch that says neither yes nor no', () => {
  const body = { event_id: event.id, email: 'p@example.com' }

  it('400 in a query, and nothing is done for real that was to be tried', async () => {
    const before = await countRows(pool)
    for (const name of ['validate_only', 'send_email', 'override_capacity_errors']) {
      const refused = await call('POST', `/registrants/create?${name}=ture`, body)
      assert.deepEqual(
        [refused.status, refused.body.message],
        [400, `${name} must be true or false, not "ture".`],
      )
    }
    assert.deepEqual(await countRows(pool), before)
  })

  it('422 in a body, with what speaks against the seats', async () => {
    const create = await call('POST', '/registrants/create', { ...body, send_email: 'maybe' })
    assert.deepEqual(faultsIn(create), ['send_email: flag'])
    const { id } = await make('registrants', body)
    const agenda = { session_ids: [draft.id], partial: 'perhaps' }
    assert.deepEqual(faultsIn(await call('PUT', `/registrants/${id}/agenda`, agenda)), [
      'partial: flag',
      'session_ids: not_live',
    ])
  })

  it('200 off is off, in every word for it', async () => {
    for (const word of ['false', '0', 'no', 'OFF', ''])
      assert.equal((await call('POST', `/registrants/create?validate_only=${word}`, body)).status, 201)
  })
})
