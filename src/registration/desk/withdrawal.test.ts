import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import ICAL from 'ical.js'
import { type Json, testApp } from '../../../test/support/app.ts'
import { attendeeAt } from '../../../test/support/attendee.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { mailQueue } from '../../delivery/mail/mail.ts'

let ahead = 0
const clock = { now: () => new Date(Date.now() + ahead) }
const app = await testApp({ clock, url: await ownDatabase() })
const { call, make, pool } = app
const { event, session, person, waitFor, claim, drop } = seatDesk(app)
const { linkOf, open, press } = attendeeAt(app)
const queue = mailQueue({
  pool,
  now: clock.now,
  baseUrl: 'http://lectern.test',
  server: null,
  sender: { name: 'Summit', address: 'summit@example.org' },
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})
after(() => queue.close())
afterEach(() => {
  ahead = 0
})

/** A session with somebody who has a seat, and somebody who waits. */
async function attended(settings: Json = {}) {
  const summit = await event({ status: 'live' })
  const talk = await session(summit, { name: 'The talk', capacity: 1, ...settings })
  const [holder, waiting] = [
    await person(summit, { session_ids: [talk.id] }),
    await person(summit, { first_name: 'Ada' }),
  ]
  await waitFor(waiting, talk)
  return { summit, talk, holder, waiting }
}

/** The e-mails of an event, as they are written now: whom they are for, their kind, and what they say. */
async function written({ id }: { id: number }): Promise<Json[]> {
  await queue.dispatch()
  const { body } = await call('GET', `/outbox?event_id=${id}&fields=*`)
  return body.items
}
const eventsIn = (calendar: string) =>
  ICAL.Component.fromString(calendar)
    .getAllSubcomponents('vevent')
    .map(each => new ICAL.Event(each))
const trigger = async (who: { id: number; event_id: number }) => {
  await call('POST', `/registrants/${who.id}/trigger-email/modified`)
  return (await written({ id: who.event_id })).at(-1)!
}

describe('a session that leaves live while people have it', () => {
  it('tells whoever has it or waits for it, with send_email=true', async () => {
    const { summit, talk, holder, waiting } = await attended()
    const { body } = await call('PUT', `/sessions/update/${talk.id}?send_email=true`, {
      session_status: 'rejected',
    })
    assert.equal(body.people_not_told, undefined)
    const letters = await written(summit)
    assert.deepEqual(
      letters.map(({ registrant_id, kind, session_id, subject }) => [
        registrant_id,
        kind,
        session_id,
        subject,
      ]),
      [holder, waiting].map(({ id }) => [id, 'withdrawn', talk.id, 'Does not take place: The talk']),
    )
    assert.match(letters[0]!.body_text, /The talk at Summit does not take place\./)
    assert.doesNotMatch(letters[0]!.body_text, /Your sessions/)
    assert.match(letters[0]!.calendar, /STATUS:CANCELLED/)
    assert.equal(letters[1]!.calendar, null)
  })

  it('says how many were not told, otherwise, and those whose e-mails are switched off', async () => {
    const { summit, talk } = await attended()
    const url = `/sessions/update/${talk.id}`
    const quiet = await call('PUT', url, { session_status: 'approved' })
    assert.equal(quiet.body.people_not_told, 2)
    const again = await call('PUT', url, { session_status: 'rejected' })
    assert.equal(again.body.people_not_told, undefined)
    await call('PUT', url, { session_status: 'live' })
    await call('PUT', `/events/${summit.id}/emails`, { withdrawn: 0 })
    const off = await call('PUT', `${url}?send_email=true`, { session_status: 'approved' })
    assert.equal(off.body.people_not_told, 2)
    assert.deepEqual(await written(summit), [])
  })

  it('is not spoken of once it is live again, and counts nobody who is forgotten', async () => {
    const { summit, talk, waiting } = await attended()
    await call('PUT', `/sessions/update/${talk.id}?send_email=true`, { session_status: 'rejected' })
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'live' })
    const states = (await written(summit)).map(({ state, last_error }) => [state, last_error])
    const again = ['dropped', 'The session took place again when its turn came.']
    assert.deepEqual(states, [again, again])
    await call('POST', `/registrants/${waiting.id}/forget`)
    const { body } = await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'rejected' })
    assert.equal(body.people_not_told, 1)
  })

  it('is announced once it is live again to those who were told, and counts them otherwise', async () => {
    const { summit, talk, holder, waiting } = await attended()
    const put = (session_status: string, query = '') =>
      call('PUT', `/sessions/update/${talk.id}${query}`, { session_status })
    const mail = '?send_email=true'
    await put('rejected', mail)
    await written(summit)
    const quiet = await put('live')
    assert.equal(quiet.body.people_not_told, 2)
    await waitFor(await person(summit, { first_name: 'Bob' }), talk)
    await put('rejected')
    const told = await put('live', mail)
    assert.equal(told.body.people_not_told, undefined)
    const again = (await written(summit)).slice(2)
    assert.deepEqual(
      again.map(({ registrant_id, kind, subject }) => [registrant_id, kind, subject]),
      [holder, waiting].map(({ id }) => [id, 'restored', 'Takes place after all: The talk']),
    )
    assert.match(again[0]!.body_text, /Your sessions\n\n\* The talk\n/)
    assert.match(again[0]!.calendar, /STATUS:CONFIRMED/)
    const off = await call('DELETE', `/sessions/delete/${talk.id}?force=1`)
    assert.equal(off.headers['lectern-people-not-told'], '3')
  })

  it('is told later as well, to those who do not know it', async () => {
    const { summit, talk, holder, waiting } = await attended()
    const url = `/sessions/update/${talk.id}`
    await call('PUT', url, { session_status: 'approved' })
    await call('PUT', `${url}?send_email=true`, { session_status: 'rejected' })
    await call('PUT', `${url}?send_email=true`, { session_status: 'approved' })
    assert.deepEqual(
      (await written(summit)).map(({ registrant_id, kind }) => [registrant_id, kind]),
      [holder, waiting].map(({ id }) => [id, 'withdrawn']),
    )
  })

  it('is shown as one that does not take place, on the own page and on its own, and can be left', async () => {
    const { talk, holder } = await attended({ webinar_url: 'https://meet.example/x' })
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'rejected' })
    const link = await linkOf(holder)
    const { text } = await open(link)
    assert.match(text, /<h2>Does not take place<\/h2>[\s\S]*The talk[\s\S]*Does not take place[\s\S]*Give up/)
    assert.doesNotMatch(text, /Your sessions|Join online/)
    const page = await open(`/sessions/${talk.id}`)
    assert.equal(page.status, 410)
    assert.match(page.text, /<h1 dir="auto">The talk<\/h1>\n<p class="note"><strong>This session does not/)
    assert.equal((await open(`/sessions/${talk.id}/virtual/${talk.secure_id}`)).status, 404)
    assert.equal((await press(link, talk, 'give-up')).status, 303)
    assert.doesNotMatch((await open(link)).text, /The talk/)
  })

  it('was never public when nobody ever had it', async () => {
    const summit = await event({ status: 'live' })
    const draft = await session(summit, { session_status: 'submitted' })
    assert.equal((await open(`/sessions/${draft.id}`)).status, 404)
    await call('DELETE', `/sessions/delete/${draft.id}`)
    assert.equal((await open(`/sessions/${draft.id}`)).status, 404)
  })
})

describe('a session that is deleted while people have it', () => {
  it('is told like one that leaves live, with what it was, and cancelled under its UID', async () => {
    const { summit, talk, holder, waiting } = await attended()
    const before = await trigger(holder)
    const { status, headers } = await call('DELETE', `/sessions/delete/${talk.id}?force=1&send_email=true`)
    assert.deepEqual([status, headers['lectern-people-not-told']], [204, undefined])
    const [, forHolder, forWaiting] = await written(summit)
    assert.deepEqual([forHolder!.registrant_id, forWaiting!.registrant_id], [holder.id, waiting.id])
    assert.match(
      forWaiting!.body_text,
      /Does not take place\n\n\* The talk\n {2}Tuesday, 1 January 2030, 10:00–11:00 \(UTC\)\n/,
    )
    const [was] = eventsIn(before.calendar)
    const [is] = eventsIn(forHolder!.calendar)
    assert.deepEqual(
      [is!.uid, is!.startDate.toString(), is!.component.getFirstPropertyValue('status')],
      [was!.uid, was!.startDate.toString(), 'CANCELLED'],
    )
    assert.ok(is!.sequence > was!.sequence)
    assert.equal(forWaiting!.calendar, null)
  })

  it('is counted in the answer otherwise; those who were told before are not', async () => {
    const { talk } = await attended()
    const rehearsed = await call('DELETE', `/sessions/delete/${talk.id}?force=1&validate_only=true`)
    assert.deepEqual([rehearsed.status, rehearsed.body.people_not_told], [200, 2])
    const { status, headers } = await call('DELETE', `/sessions/delete/${talk.id}?force=1`)
    assert.deepEqual([status, headers['lectern-people-not-told']], [204, '2'])
    const told = await attended()
    await call('PUT', `/sessions/update/${told.talk.id}?send_email=true`, { session_status: 'rejected' })
    const late = await call('DELETE', `/sessions/delete/${told.talk.id}?force=1`)
    assert.deepEqual([late.status, late.headers['lectern-people-not-told']], [204, undefined])
  })

  it('stays on the own page, in later e-mails and calendars until it would be over, and on its own page', async () => {
    const { talk, holder } = await attended({
      date: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    })
    const link = await linkOf(holder)
    await call('DELETE', `/sessions/delete/${talk.id}?force=1`)
    assert.match((await open(link)).text, /<h2>Does not take place<\/h2>[\s\S]*The talk/)
    const page = await open(`/sessions/${talk.id}`)
    assert.equal(page.status, 410)
    assert.match(page.text, /The talk[\s\S]*This session does not take place/)
    const { body_text, calendar } = await trigger(holder)
    assert.match(body_text, /Does not take place\n\n\* The talk\n/)
    assert.match(calendar, /STATUS:CANCELLED/)
    await pool`update resume_tokens set expires_at = expires_at + interval '9 days'`
    ahead = 3 * 86_400_000
    assert.doesNotMatch((await open(link)).text, /The talk/)
  })

  it('goes with its event, whose deletion says how many had something that was to take place', async () => {
    const { summit } = await attended()
    await make('registrants', { event_id: summit.id, email: 'none@example.com', session_ids: [] })
    const { status, headers } = await call('DELETE', `/events/delete/${summit.id}?force=1`)
    assert.deepEqual([status, headers['lectern-people-not-told']], [204, '2'])
  })
})

describe('the sequence number of a calendar', () => {
  it('is the same as long as nothing changes, and rises with every change of a seat and of its session', async () => {
    const summit = await event({ status: 'live' })
    const room = await make('locations', { event_id: summit.id, name: 'Hall' })
    const talk = await session(summit, { location_id: room.id })
    const someone = await person(summit, { session_ids: [talk.id] })
    const look = async () => eventsIn((await trigger(someone)).calendar)[0]!.sequence
    const first = await look()
    ahead += 60_000
    assert.equal(await look(), first)
    ahead = 0
    const numbers = [first]
    const update = (body: object) => call('PUT', `/sessions/update/${talk.id}`, body)
    for (const come of [
      () => update({ name: 'Another name' }),
      async () => {
        await drop(someone, talk)
        await claim(someone, talk)
      },
      () => update({ session_status: 'rejected' }),
      () => update({ session_status: 'live' }),
      () => call('PUT', `/events/update/${summit.id}`, { timezone: 'Asia/Dubai' }),
    ]) {
      await come()
      numbers.push(await look())
    }
    ahead = 5000
    await call('PUT', `/locations/update/${room.id}`, { name: 'Great hall' })
    numbers.push(await look())
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    )
  })

  it('is one for a session that was given up and taken again, which is on the agenda and not dropped', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    await call('DELETE', `/registrants/${someone.id}/session/${talk.id}?send_email=true`)
    await claim(someone, talk)
    const [{ body_text, calendar }] = (await written(summit)) as [Json]
    assert.match(body_text, /Your sessions\n\n\* Talk\n/)
    assert.doesNotMatch(body_text, /No longer on your agenda/)
    assert.deepEqual(
      eventsIn(calendar).map(each => each.component.getFirstPropertyValue('status')),
      ['CONFIRMED'],
    )
  })
})
