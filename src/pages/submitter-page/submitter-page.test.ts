import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { mailServerAt, senderOf } from '../../delivery/mail/smtp.ts'
import { submitterMailQueue } from '../../delivery/submitter-mail/mail.ts'

process.env.TEST_DATABASE_URL = await ownDatabase()
let ahead = 0
let pinned: Date | undefined
const clock = { now: () => pinned ?? new Date(Date.now() + ahead) }
const smtp = await testMailServer()
const app = await testApp({ clock, env: { SMTP_URL: smtp.url } })
const { call, make, pool, raw } = app
const sender = senderOf('Summit <summit@example.org>')
const queue = submitterMailQueue({
  pool,
  now: clock.now,
  baseUrl: 'http://lectern.test',
  server: mailServerAt(smtp.url, sender),
  sender,
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})
after(async () => {
  await queue.close()
  await smtp.close()
})

const hour = 3_600_000
const stamp = (hours: number) =>
  new Date(Date.now() + hours * hour).toISOString().slice(0, 19).replace('T', ' ')
const level = await make('sessions/fields', {
  name: 'Level',
  type: 'dropDownList',
  required: 1,
  choices: [{ name: 'Beginners' }, { name: 'Experts' }],
})
const needs = await make('sessions/fields', { name: 'Needs <b>', type: 'textArea' })
await make('sessions/fields', { name: 'Not asked', type: 'textInput', required: 1 })
const newEvent = (more: Json = {}) =>
  make('events', {
    name: 'Summit & <Friends>',
    cfs_opens: stamp(-1),
    cfs_closes: stamp(24),
    cfs_text: '<p>Be <em>brave</em>.</p>',
    cfs_fields: [level.id, needs.id],
    ...more,
  })
const event = await newEvent()
const newSubmitter = async (event_id = event.id, email = 'ada@example.com') => {
  const contact = await make('cfs-contacts', { event_id, email, first_name: 'Ada', last_name: 'Lovelace' })
  const { body } = await call('POST', `/cfs-contacts/${contact.id}/token`)
  assert.equal(body.url, `http://lectern.test/submit/${body.token}`)
  return { ...contact, link: `/submit/${body.token}` }
}
const open = (url: string) => raw({ method: 'GET', url })
const post = (url: string, payload: Json = {}) =>
  raw({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(payload).toString(),
  })
const filled = { name: 'Engines', description: 'First line\n\nA <second>', [level.attribute]: 'Experts' }
const listOf = async (event_id = event.id) =>
  (await call('GET', `/cfs-submissions?event_id=${event_id}&fields=*&sort=-id`)).body.items

describe('the page of a submitter', () => {
  it('submits, with what the event asks for and nothing else, also when it is pressed twice', async () => {
    const { link, id } = await newSubmitter()
    const page = await open(link)
    assert.equal(page.status, 200)
    assert.match(page.text, /<em>brave<\/em>/)
    assert.match(page.text, /Summit &amp; &lt;Friends&gt;/)
    assert.match(page.text, /Needs &lt;b&gt;/)
    assert.doesNotMatch(page.text, /Not asked/)
    for (let press = 0; press < 2; press++) {
      const { status, headers } = await post(`${link}/new`, filled)
      assert.deepEqual([status, headers.location], [303, `${link}?done=submitted`])
    }
    const own = (await listOf()).filter(({ contact_id }: Json) => contact_id === id)
    assert.equal(own.length, 1)
    assert.deepEqual(
      [own[0].name, own[0].description, own[0][level.attribute].value, own[0].submission_status],
      ['Engines', '<p>First line</p><p>A &lt;second&gt;</p>', 'Experts', 'submitted'],
    )
    assert.deepEqual(
      own[0].speakers.map(({ name, email }: Json) => [name, email]),
      [['Ada Lovelace', 'ada@example.com']],
    )
    assert.match((await open(`${link}?done=submitted`)).text, /role="status"[^>]*>Thank you: it is submitted/)
  })

  it('submits once when it is pressed many times at once', async () => {
    const own = await newEvent()
    const { link } = await newSubmitter(own.id)
    const replies = await Promise.all(Array.from({ length: 6 }, () => post(`${link}/new`, filled)))
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([303]))
    assert.equal((await listOf(own.id)).length, 1)
  })

  it('says when the call opens', async () => {
    const own = await newEvent({ cfs_opens: stamp(2) })
    const { link } = await newSubmitter(own.id)
    const { text } = await open(link)
    assert.match(text, /The call for speakers opens on /)
    assert.doesNotMatch(text, /Submit something/)
  })

  it('says what is wrong beside each field, and keeps what was written', async () => {
    const { link } = await newSubmitter()
    const { status, text } = await post(`${link}/new`, { description: 'Kept <text>' })
    assert.equal(status, 422)
    assert.match(text, /role="alert"/)
    assert.match(text, /<a href="#name"><bdi>Title<\/bdi>: Please write a title\.<\/a>/)
    assert.match(text, /id="name-fault"/)
    assert.match(text, new RegExp(`id="${level.attribute}-fault"`))
    assert.match(text, /Kept &lt;text&gt;<\/textarea>/)
    assert.match(text, /<title>Not done: /)
    const long = await post(`${link}/new`, {
      ...filled,
      name: 'x'.repeat(1001),
      description: 'y'.repeat(110_000),
    })
    assert.equal(long.status, 422)
    for (const field of ['name', 'description']) assert.match(long.text, new RegExp(`id="${field}-fault"`))
    assert.match(long.text, /This should contain at most 1000 characters/)
  })

  it('edits until the call closes; what is not changed stays as it is stored', async () => {
    const own = await newEvent()
    const { link } = await newSubmitter(own.id)
    await post(`${link}/new`, filled)
    const [submission] = await listOf(own.id)
    await call('PUT', `/cfs-submissions/${submission.id}`, { description: '<ul><li>One</li></ul><p>Two</p>' })
    const form = await open(`${link}/${submission.id}`)
    assert.match(form.text, />\nOne\nTwo<\/textarea>/)
    const edited = { ...filled, name: 'Better engines', description: 'One\r\nTwo' }
    assert.equal((await post(`${link}/${submission.id}/edit`, edited)).status, 303)
    const [after] = await listOf(own.id)
    assert.deepEqual([after.name, after.description], ['Better engines', '<ul><li>One</li></ul><p>Two</p>'])
    ahead = 25 * hour
    try {
      const late = await post(`${link}/${submission.id}/edit`, { ...filled, name: 'Too late' })
      assert.deepEqual([late.status, /is not open/.test(late.text)], [422, true])
      assert.equal((await post(`${link}/new`, { ...filled, name: 'Late' })).status, 422)
      const page = (await open(link)).text
      assert.doesNotMatch(page, /Submit something|>Edit</)
      assert.match(page, /The call for speakers is closed/)
    } finally {
      ahead = 0
    }
    assert.equal((await listOf(own.id))[0].name, 'Better engines')
  })

  it('withdraws, and submits again; a withdrawn one cannot be converted', async () => {
    const own = await newEvent()
    const { link } = await newSubmitter(own.id)
    await post(`${link}/new`, filled)
    const [{ id }] = await listOf(own.id)
    assert.equal((await post(`${link}/${id}/withdraw`)).status, 303)
    assert.equal((await listOf(own.id))[0].cfs_answer, 'no')
    assert.match((await open(link)).text, /Withdrawn by you/)
    await call('PUT', `/cfs-submissions/${id}`, { submission_status: 'approved' })
    assert.equal((await call('POST', `/cfs-submissions/${id}/convert`)).body[0].type, 'declined')
    await call('PUT', `/sessions/${id}`, { session_status: 'submitted' })
    assert.equal((await post(`${link}/${id}/again`)).status, 303)
    assert.equal((await listOf(own.id))[0].cfs_answer, 'open')
  })

  it('tells a decision once the submitter was told, and takes the answer by one press', async () => {
    const own = await newEvent()
    const { link, id: contact_id } = await newSubmitter(own.id)
    await post(`${link}/new`, filled)
    await post(`${link}/new`, { ...filled, name: 'Other' })
    const [other, submission] = await listOf(own.id)
    await call('PUT', '/cfs-submissions/decisions', [
      { id: submission.id, status: 'approved' },
      { id: other.id, status: 'rejected' },
    ] as never)
    const before = (await open(link)).text
    assert.match(before, /it is being decided/)
    assert.doesNotMatch(before, /Accepted|Not accepted/)
    assert.equal((await post(`${link}/${submission.id}/yes`)).status, 422)
    await call('POST', '/cfs-submissions/notify', { event_id: own.id })
    const page = (await open(link)).text
    assert.match(page, /Accepted\. Will you give it\?/)
    assert.match(page, /Not accepted this time/)
    const version = (await call('GET', `/cfs-submissions/${submission.id}`)).headers.etag
    assert.equal((await call('GET', `/cfs-submissions/${submission.id}`)).headers.etag, version)
    for (const [deed, cfs_answer] of [
      ['yes', 'yes'],
      ['no', 'no'],
      ['yes', 'yes'],
      ['yes', 'yes'],
    ]) {
      assert.equal((await post(`${link}/${submission.id}/${deed}`)).status, 303)
      assert.equal((await call('GET', `/cfs-submissions/${submission.id}`)).body.cfs_answer, cfs_answer)
    }
    assert.equal((await post(`${link}/${submission.id}/edit`, filled)).status, 422)
    assert.equal((await post(`${link}/${submission.id}/withdraw`)).status, 422)
    const [record] = await pool`
      select actor_id, after from changes where object = 'session' and object_id = ${submission.id} order by id desc limit 1`
    assert.deepEqual([record!.actor_id, record!.after.cfs_answer], [null, 'yes'])
    assert.ok(contact_id)
  })

  it('changes nothing when it is opened, and nothing of somebody else', async () => {
    const own = await newEvent()
    const [ada, bo] = [await newSubmitter(own.id), await newSubmitter(own.id, 'bo@example.com')]
    await post(`${ada.link}/new`, filled)
    const [{ id }] = await listOf(own.id)
    const count = async () => (await pool`select count(*)::int as n from changes`)[0]!.n
    const before = await count()
    for (const path of ['', `/${id}`, `/${id}/withdraw`, `/${id}/yes`, '/new'])
      assert.ok([200, 303].includes((await open(`${ada.link}${path}`)).status))
    assert.equal((await post(`${bo.link}/${id}/withdraw`)).status, 404)
    assert.equal((await post(`${bo.link}/${id}/edit`, filled)).status, 404)
    assert.equal((await open(`${bo.link}/${id}`)).status, 303)
    assert.equal((await open('/submit/unknown')).status, 404)
    assert.equal((await post('/submit/unknown/new', filled)).status, 404)
    assert.equal(await count(), before)
  })

  it('is reached until the address changes, the link is ended, or 60 days are over', async () => {
    const [one, two, three] = [await newSubmitter(), await newSubmitter(), await newSubmitter()]
    await call('PUT', `/cfs-contacts/${one.id}`, { email: 'new@example.com' })
    assert.equal((await open(one.link)).status, 404)
    assert.equal((await call('DELETE', `/cfs-contacts/${two.id}/tokens`)).status, 204)
    assert.equal((await open(two.link)).status, 404)
    ahead = 61 * 24 * hour
    assert.equal((await open(three.link)).status, 404)
    ahead = 0
    assert.equal((await open(three.link)).status, 200)
    await call('POST', `/cfs-contacts/${three.id}/forget`)
    assert.equal((await open(three.link)).status, 404)
  })
})

describe('the open form of an event', () => {
  const person = { first_name: 'Grace', last_name: 'Hopper', email: 'grace@example.com' }
  const linkIn = (letter: (typeof smtp.received)[number]) =>
    /http:\/\/lectern\.test(\/submit\/[\w-]+)/.exec(letter.mail.text ?? '')![1]!

  it('keeps what was written, and submits it behind the link that it sends', async () => {
    const own = await newEvent()
    smtp.received.length = 0
    const form = `/events/${own.id}/submit`
    assert.match((await open(form)).text, /Send me the link/)
    const sent = await post(form, { ...person, ...filled })
    assert.equal(sent.status, 200)
    assert.deepEqual(await listOf(own.id), [])
    await queue.dispatch()
    const letter = smtp.received.find(({ to }) => to[0] === 'grace@example.com')
    const link = linkIn(letter!)
    const page = (await open(link)).text
    assert.match(page, /Not submitted yet/)
    assert.match(page, /First line<br><br>A &lt;second&gt;/)
    const [, action] = /action="([^"]+\/drafts\/\d+\/submit)"/.exec(page)!
    assert.equal((await post(action!)).status, 303)
    assert.equal((await post(action!)).status, 303)
    const items = await listOf(own.id)
    assert.deepEqual(
      items.map(({ name, speakers }: Json) => [name, speakers[0].name]),
      [['Engines', 'Grace Hopper']],
    )
    const [kept] = await pool`select body_text from outbox where cfs_contact_id = ${items[0].contact_id}`
    assert.equal(kept!.body_text.includes(link), false)
  })

  it('answers the same for a known address, which gets three e-mails an hour', async () => {
    const own = await newEvent()
    await make('cfs-contacts', { event_id: own.id, email: 'Grace@example.com' })
    const form = `/events/${own.id}/submit`
    const known = await post(form, { ...person, ...filled })
    const stranger = await post(form, { ...person, email: 'other@example.com', ...filled })
    assert.equal(known.text, stranger.text.replaceAll('other@example.com', 'grace@example.com'))
    for (let time = 0; time < 4; time++)
      assert.equal((await post(form, { ...person, ...filled })).text, known.text)
    const contacts = (await call('GET', `/cfs-contacts?event_id=${own.id}`)).body
    assert.equal(contacts._meta.totalCount, 2)
    const letters = await pool`
      select 1 from outbox o join cfs_contacts c on c.id = o.cfs_contact_id
      where c.event_id = ${own.id} and lower(c.email) = 'grace@example.com'`
    assert.equal(letters.length, 3)
    ahead = 2 * hour
    await post(form, { ...person, ...filled })
    ahead = 0
    const later = await pool`
      select 1 from outbox o join cfs_contacts c on c.id = o.cfs_contact_id
      where c.event_id = ${own.id} and lower(c.email) = 'grace@example.com'`
    assert.equal(later.length, 4)
  })

  it('422 names what is missing, and is there only while the call is open', async () => {
    const refused = await post(`/events/${event.id}/submit`, { email: 'nobody' })
    assert.equal(refused.status, 422)
    for (const field of ['first_name', 'email', 'name', level.attribute])
      assert.match(refused.text, new RegExp(`href="#${field}"`))
    const early = await newEvent({ cfs_opens: stamp(1) })
    const late = await newEvent({ cfs_opens: stamp(-3), cfs_closes: stamp(-1) })
    const none = await newEvent({ cfs_opens: null })
    for (const { id } of [early, late, none, { id: 999_999_999 }]) {
      assert.equal((await open(`/events/${id}/submit`)).status, 404)
      assert.equal((await post(`/events/${id}/submit`, { ...person, ...filled })).status, 404)
    }
  })

  it('has a limit for a network, not for those whose network is unknown', async () => {
    const form = `/events/${event.id}/submit`
    const statuses = new Set<number>()
    pinned = new Date()
    for (let time = 0; time < 601; time++) {
      const { status } = await raw({ method: 'POST', url: form, remoteAddress: '203.0.113.9', payload: {} })
      statuses.add(status)
    }
    assert.deepEqual(statuses, new Set([422, 429]))
    assert.equal((await post(form, {})).status, 422)
    pinned = undefined
  })
})
