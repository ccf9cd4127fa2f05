import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { speakerMailQueue } from './mail.ts'

const app = await testApp({ url: await ownDatabase() })
const { call, make, pool } = app
const received: Json[] = []
const queue = speakerMailQueue({
  pool,
  now: () => new Date(),
  baseUrl: 'http://lectern.test',
  sender: { name: 'Lectern', address: 'lectern@example.com' } as never,
  server: {
    deliver: async (message: Json) => {
      received.push(message)
      return { delivered: message.recipients, refused: [], reason: null, isOutage: false }
    },
    close: () => {},
  } as never,
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})
after(() => queue.close())

async function scene() {
  received.length = 0
  const event = await make('events', { name: 'Summit', timezone: 'Europe/Brussels' })
  const session = await make('sessions', {
    event_id: event.id,
    name: 'Engines',
    date: '2030-05-04',
    start_time: '10:00',
    end_time: '11:00',
  })
  const [ada, silent] = [
    await make('speakers', { event_id: event.id, name: 'Ada Lovelace', email: 'ada@example.com' }),
    await make('speakers', { event_id: event.id, name: 'Nobody' }),
  ]
  for (const { id } of [ada, silent]) await call('POST', `/speakers/${id}/session/${session.id}`)
  const move = (start_time: string, query = 'send_email=1') =>
    call('PUT', `/events/${event.id}/schedule?${query}`, [{ id: session.id, start_time, end_time: '20:00' }])
  const states = async () =>
    (await pool`select state from outbox where event_id = ${event.id} order by id`).map(({ state }) => state)
  return { event, session, ada, move, states }
}

describe('e-mails to speakers', () => {
  it('say from where to where a session is moved, once for two moves that come before its turn', async () => {
    const { move, states } = await scene()
    await move('12:00')
    await move('14:00')
    await queue.dispatch()
    assert.deepEqual(await states(), ['dropped', 'sent'])
    assert.deepEqual(
      received.map(({ recipients, subject }) => [recipients, subject]),
      [[['ada@example.com'], 'Moved: Engines']],
    )
    assert.match(
      received[0]!.text,
      /it was Saturday, 4 May 2030, 10:00–11:00[\s\S]*Now it is Saturday, 4 May 2030, 14:00–20:00/,
    )
  })

  it('are not sent when the session is back, off, or without the speaker, and not to a forgotten one', async () => {
    for (const come of [
      async ({ session }: Json) =>
        call('PUT', `/sessions/${session.id}`, { start_time: '10:00', end_time: '11:00' }),
      async ({ session }: Json) => call('PUT', `/sessions/${session.id}`, { session_status: 'rejected' }),
      async ({ session, ada }: Json) => call('DELETE', `/speakers/${ada.id}/session/${session.id}`),
      async ({ ada }: Json) => call('POST', `/speakers/${ada.id}/forget`),
    ]) {
      const setting = await scene()
      await setting.move('12:00')
      await come(setting)
      await queue.dispatch()
      assert.deepEqual([await setting.states(), received.length], [['dropped'], 0])
    }
  })

  it('are only written when they are asked for, and leave nothing of a forgotten speaker', async () => {
    const { move, states, ada } = await scene()
    await move('12:00', '')
    assert.deepEqual(await states(), [])
    await move('13:00')
    await queue.dispatch()
    await call('POST', `/speakers/${ada.id}/forget`)
    const [row] = await pool`select recipients, subject, body_text from outbox where speaker_id = ${ada.id}`
    assert.deepEqual({ ...row }, { recipients: [], subject: null, body_text: null })
  })
})
