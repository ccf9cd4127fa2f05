import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { attendeeAt } from '../../../test/support/attendee.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { transaction } from '../../db/connection.ts'
import { makeLetterLinks } from '../../registration/personal-links/letter-links.ts'
import { mailQueue } from './mail.ts'
import { mailServerAt } from './smtp.ts'

let ahead = 0
const clock = { now: () => new Date(Date.now() + ahead) }
const app = await testApp({ clock, url: await ownDatabase() })
const { call, pool } = app
const desk = seatDesk(app)
const { linkOf, open, press, send } = attendeeAt(app)
const smtp = await testMailServer()
const sender = { name: '', address: 'summit@example.org' }
const queueWith = (more: object) =>
  mailQueue({
    pool,
    now: clock.now,
    baseUrl: 'http://lectern.test',
    server: mailServerAt(smtp.url, sender),
    sender,
    warn: error => assert.fail(String(error)),
    fault: error => assert.fail(String(error)),
    ...more,
  })
const queue = queueWith({})
after(async () => {
  await queue.close()
  await smtp.close()
})
afterEach(() => {
  ahead = 0
  smtp.received.length = 0
})

const day = 24 * 3_600_000
const linkIn = (text: string | undefined) => /http:\/\/lectern\.test(\/my\/[\w-]{43})\b/.exec(text ?? '')?.[1]
const trigger = ({ id }: { id: number }, kind: string) =>
  call('POST', `/registrants/${id}/trigger-email/${kind}`)
const tokens = () => pool`select * from resume_tokens`

const linked = ({ id, email }: { id: number; email: string }) => ({ registrant_id: id, email })

/** What was sent to somebody last. */
async function sentTo({ email }: { email: string }) {
  await queue.dispatch()
  const { mail } = smtp.received.findLast(({ to }) => to.includes(email))!
  assert.equal(linkIn(mail.html as string), linkIn(mail.text))
  return { text: mail.text!, link: linkIn(mail.text) }
}

describe('the link to the own page', () => {
  it('in an offer leads to where it is accepted', async () => {
    const summit = await desk.event({ waitlist_mode: 'offer' })
    const talk = await desk.session(summit, { capacity: 1 })
    const [holder, waiting] = [
      await desk.person(summit, { session_ids: [talk.id] }),
      await desk.person(summit, { first_name: 'Ada' }),
    ]
    await desk.waitFor(waiting, talk)
    await desk.drop(holder, talk)
    const { text, link } = await sentTo(waiting)
    assert.match(
      text,
      /Please accept it on your own page before then;[\s\S]*\n\nAccept or decline the seat: http/,
    )
    assert.match((await open(link!)).text, /Accept<span class="unseen"> <bdi>Talk/)
    assert.equal((await press(link!, talk, 'accept')).status, 303)
    assert.deepEqual((await desk.agenda(waiting)).in, [talk.id])
  })

  it('in the letter about a registration that ran out leads to where it is begun again', async () => {
    const someone = await desk.person(await desk.event(), { registration_status: 'in_progress' })
    ahead = 16 * 60_000
    await app.parts.desk.giveBackExpired()
    const { text, link } = await sentTo(someone)
    assert.match(text, /You are welcome to begin again on your own page[\s\S]*\n\nBegin again: http/)
    assert.equal((await send(link!, 'again', { first_name: 'Ada' })).status, 303)
    assert.equal((await desk.read(someone.id)).registration_status, 'confirmed')
  })

  it('promises nothing of an unfinished registration once registration has closed', async () => {
    const summit = await desk.event()
    const someone = await desk.person(summit, { registration_status: 'in_progress' })
    await trigger(someone, 'abandoned')
    const { text: open } = await sentTo(someone)
    assert.match(open, /Please finish on your own page[\s\S]*\n\nFinish your registration: http/)
    await call('PUT', `/events/${summit.id}`, { close_date: '2020-01-01' })
    await trigger(someone, 'abandoned')
    const { text: closed } = await sentTo(someone)
    assert.match(closed, /Registration has closed[\s\S]*get in touch with the organiser before then/)
    assert.doesNotMatch(closed, /on your own page|Finish your registration/)
  })

  it('is in no letter about a registration that ran out, once it was begun again', async () => {
    const someone = await desk.person(await desk.event(), { registration_status: 'in_progress' })
    const link = await linkOf(someone)
    ahead = 16 * 60_000
    await app.parts.desk.giveBackExpired()
    assert.equal((await send(link, 'again', { first_name: 'Ada' })).status, 303)
    await queue.dispatch()
    const own = smtp.received.filter(({ to }) => to.includes(someone.email))
    assert.deepEqual(
      own.map(({ mail }) => mail.subject),
      ['You are registered: Summit'],
    )
    const letters = await pool`select kind, state from outbox where registrant_id = ${someone.id} order by id`
    assert.deepEqual(
      letters.map(({ kind, state }) => `${kind} ${state}`),
      ['abandoned dropped', 'confirmation sent'],
    )
  })

  it('is valid for 30 days, and each letter has one of its own', async () => {
    const someone = await desk.person(await desk.event())
    const links = []
    for (const kind of ['confirmation', 'modified']) {
      await trigger(someone, kind)
      links.push((await sentTo(someone)).link!)
    }
    assert.equal(new Set(links).size, 2)
    ahead = 30 * day - 60_000
    for (const link of links) assert.equal((await open(link)).status, 200)
    ahead = 30 * day + 60_000
    for (const link of links) assert.equal((await open(link)).status, 404)
  })

  it('is neither in the outbox nor in an export nor anywhere in the database', async () => {
    const someone = await desk.person(await desk.event())
    await trigger(someone, 'confirmation')
    const token = (await sentTo(someone)).link!.slice('/my/'.length)
    const { body } = await call('GET', `/outbox?event_id=${someone.event_id}&fields=*`)
    assert.match(body.items[0].body_text, /http:\/\/lectern\.test\/my\/…\n/)
    assert.match(body.items[0].body_html, /"http:\/\/lectern\.test\/my\/…"/)
    const answers = [await call('GET', `/registrants/${someone.id}/export`), await call('GET', '/changes')]
    for (const { text } of answers) assert.equal(text.includes(token), false)
    for (const table of ['outbox', 'resume_tokens', 'changes']) {
      const [row] =
        await pool`select count(*)::int as rows from ${pool(table)} t where strpos(t::text, ${token}) > 0`
      assert.equal(row!.rows, 0)
    }
  })

  it('is left out of a cancellation, of letters without a public URL, and of those that are only kept', async () => {
    const someone = await desk.person(await desk.event())
    await pool`delete from resume_tokens`
    await desk.change(someone, { registration_status: 'cancelled' })
    await trigger(someone, 'cancelled')
    assert.equal((await sentTo(someone)).link, undefined)
    await desk.change(someone, { registration_status: 'confirmed' })
    for (const more of [{ baseUrl: null }, { server: null }]) {
      await trigger(someone, 'confirmation')
      await queueWith(more).dispatch()
    }
    const { body } = await call('GET', `/outbox?event_id=${someone.event_id}&fields=body_text`)
    for (const { body_text } of body.items) assert.doesNotMatch(body_text, /\/my\//)
  })

  it('is not in a copy for somebody else, nor in its calendar, and the copy says so', async () => {
    const summit = await desk.event({ status: 'live' })
    const talk = await desk.session(summit)
    const someone = await desk.person(summit, { cc_email: 'copy@example.com', session_ids: [talk.id] })
    await trigger(someone, 'confirmation')
    await queue.dispatch()
    const [own, copy] = smtp.received
    assert.deepEqual([own!.to, copy!.to], [[someone.email], ['copy@example.com']])
    assert.notEqual(own!.mail.messageId, copy!.mail.messageId)
    assert.match(own!.mail.text!, /\/my\/[\w-]{43}/)
    const [calendar] = copy!.mail.attachments
    for (const text of [copy!.mail.text, copy!.mail.html, String(calendar!.content)])
      assert.doesNotMatch(text as string, /\/my\//)
    assert.match(copy!.mail.text!, /This is a copy of what we wrote to .*\. Only they can act on it\./)
    assert.match(copy!.mail.text!, /Your sessions\n\n\* Talk\n/)
    const { body } = await call('GET', `/outbox?event_id=${summit.id}&fields=delivered,state`)
    assert.deepEqual(body.items, [{ delivered: [someone.email, 'copy@example.com'], state: 'sent' }])
  })

  it('is replaced by whom to ask, where there is no page to lead to', async () => {
    const summit = await desk.event({ waitlist_mode: 'offer' })
    const talk = await desk.session(summit, { capacity: 1 })
    const [holder, waiting] = [
      await desk.person(summit, { session_ids: [talk.id] }),
      await desk.person(summit),
    ]
    await desk.waitFor(waiting, talk)
    await desk.drop(holder, talk)
    await queueWith({ baseUrl: null }).dispatch()
    const { mail } = smtp.received.find(({ to }) => to.includes(waiting.email))!
    assert.match(
      mail.text!,
      /To accept it, please get in touch with the organiser \(summit@example\.org\) before then; after that/,
    )
  })

  it('is made for nobody who is forgotten, and waits for nobody who is being forgotten', async () => {
    const summit = await desk.event()
    const [gone, going, stays] = [
      await desk.person(summit),
      await desk.person(summit),
      await desk.person(summit),
    ]
    await call('POST', `/registrants/${gone.id}/forget`)
    const made = await transaction(pool, async forgetting => {
      await forgetting`select from registrants where id = ${going.id} for update`
      return makeLetterLinks(pool, [gone, going, stays].map(linked), clock.now())
    })
    assert.deepEqual([...made.keys()], [stays.id])
  })

  it('that has expired is deleted when others are made', async () => {
    const someone = await desk.person(await desk.event())
    await makeLetterLinks(pool, [linked(someone)], clock.now())
    ahead = 31 * day
    await makeLetterLinks(pool, [linked(someone)], clock.now())
    assert.equal((await tokens()).length, 1)
  })
})
