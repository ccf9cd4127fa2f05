import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { eventLists } from '../../programme/events/schema.ts'
import { sessionLists } from '../../programme/sessions/schema.ts'
import { outboxLists } from '../../records/outbox/schema.ts'
import { RegType, regTypeLists } from '../../registration/reg-types/schema.ts'
import { registrantLists } from '../../registration/registrants/schema.ts'
import type { Listable } from './listing.ts'

const { make, call } = await testApp()
const event = await make('events', {
  name: 'Summit',
  timezone: 'Europe/Brussels',
  start_date: '2027-06-01',
  capacity: 100,
})
const type = await make('reg-types', { event_id: event.id, name: 'Student', capacity: 5, external_id: 'S' })
const track = await make('tracks', { event_id: event.id, name: 'Practice' })
const session = await make('sessions', {
  event_id: event.id,
  name: 'Talk',
  date: '2027-06-01',
  start_time: '09:00',
  end_time: '10:00',
  track_id: track.id,
  webinar_url: 'https://example.com/',
  timezone: 'Asia/Kathmandu',
  selection_control: 'included',
})
const registrant = await make('registrants', {
  event_id: event.id,
  email: 'ada@example.com',
  last_name: 'Byron',
  reg_type_id: type.id,
  gender: { id: 2, value: 'Female' },
  birth_date: '1970-12-10',
  ip_address: '192.0.2.1',
})
await call('POST', `/registrants/${registrant.id}/trigger-email/confirmation`)

/** The first item of a list with these fields. */
async function itemOf(path: string, fields: string) {
  const { status, body } = await call('GET', `${path}${path.includes('?') ? '&' : '?'}fields=${fields}`)
  assert.equal(status, 200, fields)
  return body.items[0]
}

describe('a field that leaves as it is stored', () => {
  const lists: Record<string, Listable> = {
    '/events': eventLists,
    [`/sessions?event_id=${event.id}`]: sessionLists,
    [`/registrants?event_id=${event.id}`]: registrantLists,
    [`/reg-types?event_id=${event.id}`]: { ...regTypeLists, stored: Object.keys(RegType.properties) },
    [`/outbox?event_id=${event.id}`]: outboxLists,
  }
  for (const [path, { stored = [], sparse }] of Object.entries(lists))
    it(`is the same alone as in the whole record of ${path.split('?')[0]}`, async () => {
      assert.ok(sparse.every(field => stored.includes(field)))
      const whole = await itemOf(path, '*')
      for (const field of stored) assert.deepEqual(await itemOf(path, field), { [field]: whole[field] })
      assert.deepEqual(
        await itemOf(path, stored.join()),
        Object.fromEntries(stored.map(field => [field, whole[field]])),
      )
    })

  it('is the same beside one that does not', async () => {
    assert.deepEqual(await itemOf(`/sessions?event_id=${event.id}`, 'name,starts_at,seats_taken,nothing'), {
      name: 'Talk',
      starts_at: session.starts_at,
      seats_taken: 1,
    })
  })
})
