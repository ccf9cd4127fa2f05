import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { mailServerAt, senderOf } from '../mail/smtp.ts'
import { submitterMailQueue } from './mail.ts'

process.env.TEST_DATABASE_URL = await ownDatabase()
const { call, make, pool, raw } = await testApp()
const smtp = await testMailServer()
const sender = senderOf('Summit <summit@example.org>')
const queueTo = (url: string | null) =>
  submitterMailQueue({
    pool,
    now: () => new Date(),
    baseUrl: 'http://lectern.test',
    server: url ? mailServerAt(url, sender) : null,
    sender,
    warn: error => assert.fail(String(error)),
    fault: error => assert.fail(String(error)),
  })
const queue = queueTo(smtp.url)
const keeping = queueTo(null)
after(async () => {
  await Promise.all([queue.close(), keeping.close()])
  await smtp.close()
})
afterEach(() => void smtp.received.splice(0))

const newEvent = () => make('events', { name: 'Summit & <Friends>' })
const submitterOf = (event_id: number, email = 'ada@example.com') =>
  make('cfs-contacts', { event_id, email, first_name: 'Ada', submitter: 1 })
async function decided(event_id: number, contact_id: number | null, status: string, name = 'Engines') {
  const submission = await make('cfs-submissions', { event_id, name, contact_id })
  await decide(submission, status)
  return submission
}
const decide = ({ id }: Json, status: string) => call('PUT', `/sessions/${id}`, { session_status: status })
const notify = (event_id: number, more: Json = {}, query = '') =>
  call('POST', `/cfs-submissions/notify${query}`, { event_id, ...more })
const toldAt = async ({ id }: Json) => (await call('GET', `/cfs-submissions/${id}`)).body.told_at
const lettersOf = (event_id: number) =>
  pool`select id, kind, state, last_error from outbox where event_id = ${event_id} order by id`

describe('POST /cfs-submissions/notify', () => {
  it('writes one e-mail to each submitter about all that was decided, once', async () => {
    const event = await newEvent()
    const [ada, bo] = [await submitterOf(event.id), await submitterOf(event.id, 'bo@example.com')]
    const yes = await decided(event.id, ada.id, 'approved', 'Engines <1>')
    const no = await decided(event.id, ada.id, 'rejected', 'Looms')
    const other = await decided(event.id, bo.id, 'rejected', 'Cards')
    const open = await make('cfs-submissions', { event_id: event.id, name: 'Open', contact_id: ada.id })
    const nobody = await decided(event.id, null, 'approved')
    assert.equal(await toldAt(yes), null)
    const tried = await notify(event.id, {}, '?validate_only=true')
    assert.deepEqual([tried.status, tried.body.letters, await toldAt(yes)], [200, 2, null])
    const { body } = await notify(event.id)
    assert.deepEqual(
      [body.letters, body.told.map(({ id, decision }: Json) => [id, decision]), body.not_told],
      [
        2,
        [
          [yes.id, 'approved'],
          [no.id, 'rejected'],
          [other.id, 'rejected'],
        ],
        [{ id: nobody.id, reason: 'no_submitter' }],
      ],
    )
    assert.ok((await toldAt(yes)) && (await toldAt(no)))
    assert.equal(await toldAt(open), null)
    const again = (await notify(event.id)).body
    assert.deepEqual([again.letters, again.told], [0, []])
    await queue.dispatch()
    assert.equal(smtp.received.length, 2)
    const { mail } = smtp.received.find(({ to }) => to[0] === 'ada@example.com')!
    assert.equal(mail.subject, 'What was decided about your submissions: Summit & <Friends>')
    assert.match(mail.text!, /Accepted\n\n\* Engines <1>/)
    assert.match(mail.text!, /Not accepted this time\n\n\* Looms/)
    assert.doesNotMatch(mail.text!, /Open|Cards/)
    assert.match(String(mail.html), /Engines &lt;1&gt;/)
    const [, link] = /http:\/\/lectern\.test(\/submit\/[\w-]+)/.exec(mail.text!)!
    assert.equal((await raw({ method: 'GET', url: link! })).status, 200)
    const list = await call('GET', `/outbox?event_id=${event.id}&fields=*`)
    assert.deepEqual(
      list.body.items.map(({ registrant_id, cfs_contact_id, state }: Json) => [
        registrant_id,
        cfs_contact_id,
        state,
      ]),
      [
        [null, ada.id, 'sent'],
        [null, bo.id, 'sent'],
      ],
    )
    assert.equal(list.text.includes(link!), false)
  })

  it('does not send what is no longer true, and tells what came of it', async () => {
    const event = await newEvent()
    const ada = await submitterOf(event.id)
    const submission = await decided(event.id, ada.id, 'approved')
    await notify(event.id)
    await decide(submission, 'rejected')
    assert.equal(await toldAt(submission), null)
    await queue.dispatch()
    assert.equal(smtp.received.length, 0)
    assert.deepEqual(
      (await lettersOf(event.id)).map(({ state, last_error }) => [state, last_error]),
      [['dropped', 'What it would say was no longer true when its turn came.']],
    )
    await decide(submission, 'approved')
    assert.equal(await toldAt(submission), null)
    assert.equal((await notify(event.id)).body.told.length, 1)
    await queue.dispatch()
    assert.match(smtp.received[0]!.mail.text!, /Accepted\n\n\* Engines/)
  })

  it('joins what still waits into the newer e-mail', async () => {
    const event = await newEvent()
    const ada = await submitterOf(event.id)
    await decided(event.id, ada.id, 'approved', 'First')
    await notify(event.id)
    const second = await decided(event.id, ada.id, 'rejected', 'Second')
    await notify(event.id, { submission_ids: [second.id] })
    await queue.dispatch()
    assert.equal(smtp.received.length, 1)
    assert.match(smtp.received[0]!.mail.text!, /First[\s\S]*Second/)
    assert.deepEqual(
      (await lettersOf(event.id)).map(({ state }) => state),
      ['dropped', 'sent'],
    )
  })

  it('is sent once, however often and at once it is asked for', async () => {
    const event = await newEvent()
    const ada = await submitterOf(event.id)
    await decided(event.id, ada.id, 'approved')
    const replies = await Promise.all(Array.from({ length: 6 }, () => notify(event.id)))
    assert.deepEqual(replies.map(({ body }) => body.told.length).sort(), [0, 0, 0, 0, 0, 1])
    await Promise.all([queue.dispatch(), queue.dispatch()])
    assert.equal(smtp.received.length, 1)
  })

  it('without a mail server is kept, without a link; of somebody forgotten nothing is left', async () => {
    const event = await newEvent()
    const ada = await submitterOf(event.id)
    await decided(event.id, ada.id, 'approved')
    await notify(event.id)
    await keeping.dispatch()
    const [kept] = await pool`select state, body_text, recipients from outbox where event_id = ${event.id}`
    assert.deepEqual([kept!.state, kept!.recipients], ['kept', ['ada@example.com']])
    assert.doesNotMatch(kept!.body_text, /submit\//)
    await decided(event.id, ada.id, 'rejected', 'Later')
    await notify(event.id)
    await call('POST', `/cfs-contacts/${ada.id}/forget`)
    const left =
      await pool`select state, recipients, body_text, subject from outbox where event_id = ${event.id} order by id`
    assert.deepEqual(
      left.map(row => Object.values(row)),
      [
        ['kept', [], null, null],
        ['dropped', [], null, null],
      ],
    )
    await decided(event.id, ada.id, 'rejected', 'After')
    assert.deepEqual(
      (await notify(event.id)).body.not_told.map(({ reason }: Json) => reason),
      ['no_address'],
    )
  })

  it('422 for what is no submission of the event, and for another account', async () => {
    const [event, other] = [await newEvent(), await newEvent()]
    const submission = await decided(other.id, null, 'approved')
    assert.deepEqual(faultsIn(await notify(event.id, { submission_ids: [submission.id] })), [
      'submission_ids.0: not_found',
    ])
    assert.deepEqual(faultsIn(await notify(999_999_999)), ['event_id: not_found'])
    const stranger = await testApp()
    assert.deepEqual(
      faultsIn(await stranger.call('POST', '/cfs-submissions/notify', { event_id: event.id })),
      ['event_id: not_found'],
    )
  })
})
