import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { make, pool, call } = await testApp()
const migration = new URL('../../db/migrations/0011_letters_that_could_not_be_written.sql', import.meta.url)
const reason = 'It could not be written: Not a valid time zone string'

it('e-mails that failed because of a zone wait again when a session of theirs is still to come', async () => {
  const event = await make('events', { name: 'Summit', timezone: 'Asia/Dubai' })
  const sessionOn = (date: string) =>
    make('sessions', { event_id: event.id, name: 'Talk', date, start_time: '10:00' })
  const [coming, past] = [await sessionOn('2090-01-01'), await sessionOn('2020-01-01')]
  const failed = async (session_ids: number[], last_error: string, columns: object = {}) => {
    const person = await make('registrants', { event_id: event.id, email: 'ada@example.com', session_ids })
    await call('POST', `/registrants/${person.id}/trigger-email/confirmation`)
    const set = { state: 'failed', attempts: 1, last_error, ...columns }
    const [row] = await pool<{ id: number }[]>`
      update outbox set ${pool(set)}, created_at = now() - interval '9 days' where registrant_id = ${person.id} returning id`
    return row!.id
  }
  const again = [
    await failed([coming.id], reason),
    await failed([], reason, { session_id: coming.id }),
    await failed([], reason, { dropped_session_ids: [coming.id] }),
  ]
  const never = [
    await failed([past.id], reason),
    await failed([], reason),
    await failed([coming.id], '550 No'),
  ]
  await pool.unsafe(readFileSync(migration, 'utf8'))
  const waiting = await pool`
    select id, attempts, last_error, created_at > now() - interval '1 hour' as is_new from outbox
    where event_id = ${event.id} and state = 'waiting' order by id`
  assert.deepEqual(
    [...waiting],
    again.map(id => ({ id, attempts: 0, last_error: null, is_new: true })),
  )
  const [others] = await pool`
    select count(*)::int from outbox where id = any(${never}::bigint[]) and state = 'failed'`
  assert.equal(others!.count, never.length)
})
