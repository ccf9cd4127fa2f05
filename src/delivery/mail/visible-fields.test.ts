import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { mailQueue } from './mail.ts'
import { senderOf } from './smtp.ts'

const { make, call, pool } = await testApp({ url: await ownDatabase() })
const queue = mailQueue({
  pool,
  now: () => new Date(),
  baseUrl: null,
  server: null,
  sender: senderOf('Summit <summit@example.org>'),
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})

it('e-mails say what visible session fields say, as text and as HTML, and nothing of hidden ones', async () => {
  const field = (name: string, type: string, more: object = {}) =>
    make('sessions/fields', { name, type, visible: 1, ...more })
  const level = await field('Level <1>', 'radioList', { choices: ['Deep & <b>'] })
  const bring = await field('Bring', 'textArea')
  const about = await field('About', 'textArea', { allow_html: 1 })
  const catering = await field('Catering', 'textInput', { visible: 0 })
  const event = await make('events', { name: 'Summit' })
  const session = (name: string, more: object = {}) =>
    make('sessions', { event_id: event.id, name, date: '2090-01-01', [catering.attribute]: 'soup', ...more })
  const own = await session('Own', {
    [level.attribute]: level.choices[0].id,
    [bring.attribute]: 'Laptop\r\nCharger',
    [about.attribute]: '<p>One &amp; <b>two</b></p><ul><li>three</li></ul>',
  })
  const full = await session('Full', { capacity: 0, [bring.attribute]: 'Patience' })
  const { id } = await make('registrants', {
    event_id: event.id,
    email: 'ada@example.com',
    session_ids: [own.id],
  })
  await call('POST', `/registrants/${id}/waitlist/${full.id}`)
  await call('POST', `/registrants/${id}/trigger-email/confirmation`)
  await queue.dispatch()
  const [mail] = await pool<{ body_text: string; body_html: string }[]>`
    select body_text, body_html from outbox where registrant_id = ${id}`
  await queue.close()
  const { body_text, body_html } = mail!
  assert.match(
    body_text,
    /\* Own\n.*\n {2}Level <1>: Deep & <b>\n {2}Bring:\n {4}Laptop\n {4}Charger\n {2}About:\n {4}One & two\n {4}three\n/,
  )
  assert.match(body_text, /\* Full\n.*\n {2}Place 1 in line\n {2}Bring: Patience/)
  assert.match(body_html, /<bdi>Level &lt;1&gt;<\/bdi>: <bdi>Deep &amp; &lt;b&gt;<\/bdi>/)
  assert.match(body_html, /<bdi>Bring<\/bdi>: <bdi>Laptop<br>Charger<\/bdi>/)
  assert.match(body_html, /<p>One &amp; <b>two<\/b><\/p>/)
  assert.doesNotMatch(body_text + body_html, /Catering|soup/)
})
