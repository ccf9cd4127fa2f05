import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import ICAL from 'ical.js'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { type MailKind, mailKinds } from '../../records/outbox/schema.ts'
import { mailQueue } from './mail.ts'
import { mailServerAt } from './smtp.ts'

const begin = new Date('2029-12-01T09:00:00Z')
let minutes = 0
/** Stands still, until a case lets time pass. */
const clock = {
  now: () => new Date(begin.getTime() + minutes * 60_000),
  pass: (more: number) => {
    minutes += more
  },
}
const app = await testApp({ clock, url: await ownDatabase() })
const { call, pool } = app
const desk = seatDesk(app)
const smtp = await testMailServer()
const sender = { name: 'Summit', address: 'summit@example.org' }
const queue = mailQueue({
  pool,
  now: clock.now,
  baseUrl: 'http://lectern.test',
  server: mailServerAt(smtp.url, sender),
  sender,
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})
beforeEach(() => {
  minutes = 0
})
after(async () => {
  await queue.close()
  await smtp.close()
})

/** Somebody of an event with a talk and another session, and the one e-mail to them that waits. */
type Case = { event: Known; talk: Known; other: Known; person: Known; kind: MailKind }
type Known = Json & { id: number }
type Setting = Omit<Case, 'kind' | 'person'>

const waiting = { offer: 'offer', promotion: 'automatic' } as const
const mail = '?send_email=true'

async function setting(kind: MailKind): Promise<Setting> {
  const mode = kind === 'offer' ? waiting.offer : waiting.promotion
  const event = await desk.event({ waitlist_mode: mode, timezone: 'Europe/Brussels', status: 'live' })
  const talk = await desk.session(event, { name: 'The talk', capacity: 1 })
  const other = await desk.session(event, { name: 'The other', start_time: '12:00', end_time: '13:00' })
  return { event, talk, other }
}

/** What makes an e-mail of each kind wait. */
const causes: Record<MailKind, (setting: Setting) => Promise<Known>> = {
  confirmation: async ({ event, talk, other }) => {
    const body = { event_id: event.id, email: 'ada@example.com', session_ids: [talk.id, other.id] }
    return (await call('POST', `/registrants/create${mail}`, body)).body
  },
  modified: async ({ event, talk, other }) => {
    const person = await desk.person(event, { session_ids: [talk.id, other.id] })
    await call('DELETE', `/registrants/${person.id}/session/${talk.id}${mail}`)
    return person
  },
  cancelled: async ({ event, talk, other }) => {
    const person = await desk.person(event, { session_ids: [talk.id, other.id] })
    await desk.change(person, { registration_status: 'cancelled' }, mail)
    return person
  },
  abandoned: async ({ event, talk }) => {
    const person = await desk.person(event, { session_ids: [talk.id], registration_status: 'in_progress' })
    clock.pass(16)
    await app.parts.desk.giveBackExpired()
    return person
  },
  offer: setting => fromTheLine(setting),
  promotion: setting => fromTheLine(setting),
  withdrawn: async ({ event, talk, other }) => {
    const person = await desk.person(event, { session_ids: [talk.id, other.id] })
    await call('PUT', `/sessions/update/${talk.id}${mail}`, { session_status: 'rejected' })
    return person
  },
  rescheduled: async ({ event, talk, other }) => {
    const person = await desk.person(event, { session_ids: [talk.id, other.id] })
    await call('PUT', `/sessions/update/${talk.id}${mail}`, { start_time: '09:00', end_time: '09:30' })
    return person
  },
  restored: async ({ event, talk, other }) => {
    const person = await desk.person(event, { session_ids: [talk.id, other.id] })
    await call('PUT', `/sessions/update/${talk.id}${mail}`, { session_status: 'rejected' })
    await queue.dispatch()
    await call('PUT', `/sessions/update/${talk.id}${mail}`, { session_status: 'live' })
    return person
  },
}

async function fromTheLine({ event, talk, other }: Setting): Promise<Known> {
  const holder = await desk.person(event, { session_ids: [talk.id] })
  const person = await desk.person(event, { session_ids: [other.id] })
  await desk.waitFor(person, talk)
  await desk.drop(holder, talk)
  return person
}

/** What can come between being asked for and being written; nobody is told of it. */
const changes: Record<string, (waiting: Case) => Promise<unknown>> = {
  'nothing comes': async () => {},
  'the registration is cancelled': ({ person }) => change(person, { registration_status: 'cancelled' }),
  'the registration is confirmed': ({ person }) => change(person, { registration_status: 'confirmed' }),
  'the registration is opened again': ({ person }) => change(person, { registration_status: 'in_progress' }),
  'the registration is opened again, and runs out': async ({ person }) => {
    await change(person, { registration_status: 'in_progress' })
    clock.pass(16)
  },
  'the seat is given up': ({ person, talk }) =>
    call('DELETE', `/registrants/${person.id}/session/${talk.id}?override_capacity_errors=1`),
  'the seat is taken again': async ({ person, talk }) => {
    await change(person, { registration_status: 'confirmed' })
    await call('POST', `/registrants/${person.id}/session/${talk.id}?override_capacity_errors=1`)
  },
  'the line is joined': ({ person, talk }) => call('POST', `/registrants/${person.id}/waitlist/${talk.id}`),
  'the session is moved': ({ talk }) => update(talk, { start_time: '15:00', end_time: '16:00' }),
  'the session is over midnight': ({ talk }) => update(talk, { start_time: '23:00', end_time: '01:00' }),
  'the session has no times any more': ({ talk }) => update(talk, { start_time: '', end_time: '' }),
  'the zone changes': ({ event }) =>
    call('PUT', `/events/update/${event.id}`, { timezone: 'America/New_York' }),
  'the session is rejected': ({ talk }) => update(talk, { session_status: 'rejected' }),
  'the session is rejected, and live again': async ({ talk }) => {
    await update(talk, { session_status: 'rejected' })
    await update(talk, { session_status: 'live' })
  },
  'the session is deleted': ({ talk }) => call('DELETE', `/sessions/delete/${talk.id}?force=1`),
  'registration closes': ({ event }) => call('PUT', `/events/update/${event.id}`, { status: 'closed' }),
  'the offer runs out': async () => clock.pass(721),
  'the registrant is somebody else': ({ person }) => change(person, { email: 'bob@example.com' }),
  'the registrant is forgotten': ({ person }) => call('POST', `/registrants/${person.id}/forget`),
  'the registrant is deleted': ({ person }) => call('DELETE', `/registrants/delete/${person.id}`),
}

const change = async (person: Json, body: Json) => {
  const { status } = await call('PUT', `/registrants/update/${person.id}?override_capacity_errors=1`, body)
  assert.ok(status === 200 || status === 422, `answered ${status}`)
}
const update = (session: Json, body: Json) => call('PUT', `/sessions/update/${session.id}`, body)

/** What is true when the turn of the e-mail comes, by the API and the clock. */
async function truthOf({ person, talk, other }: Case) {
  const [record] = await pool`select * from registrants where id = ${person.id}`
  const rows = await pool`select * from selections where registrant_id = ${person.id}`
  const stored = await pool`select * from sessions where id in (${talk.id}, ${other.id})`
  const sessions = new Map(
    [talk, other].map(({ id, name }) => [id, { name, ...stored.find(each => each.id === id) } as Json]),
  )
  const now = clock.now().toISOString().slice(0, 19).replace('T', ' ')
  const isOver = record?.registration_status === 'in_progress' && record.hold_expires_at <= now
  const having = (...states: string[]) =>
    rows
      .filter(row => states.includes(row.state) && !isOver && !(row.expires_at && row.expires_at <= now))
      .map(row => sessions.get(row.session_id)!)
      .filter(session => session.session_status === 'live')
      .map(session => session.name)
      .sort()
  const status = isOver ? 'expired' : record?.registration_status
  return {
    email: record?.email,
    isKnown: record !== undefined && record.forgotten_at === null,
    status,
    stands: status === 'confirmed' || status === 'in_progress',
    seats: having('selected', 'held'),
    offers: having('offered'),
    line: having('waitlisted'),
    talk: sessions.get(talk.id)!,
  }
}

type Truth = Awaited<ReturnType<typeof truthOf>>

/** Whether what an e-mail of this kind says is still true. */
const stillTrue: Record<MailKind, (truth: Truth) => boolean> = {
  confirmation: ({ status }) => status === 'confirmed',
  modified: ({ stands }) => stands,
  cancelled: ({ stands }) => !stands,
  abandoned: ({ status }) => status === 'expired' || status === 'in_progress',
  offer: ({ offers }) => offers.length > 0,
  promotion: ({ seats, talk }) => seats.includes(talk.name),
  withdrawn: ({ stands, talk }) => stands && talk.session_status !== 'live',
  rescheduled: ({ stands, seats, offers, line, talk }) =>
    stands && [...seats, ...offers, ...line].includes(talk.name),
  restored: ({ seats, offers, line, talk }) => [...seats, ...offers, ...line].includes(talk.name),
}

/** The sessions that an e-mail names, by what it says of them. */
function sectionsIn(text: string): Record<string, string[]> {
  const sections: Record<string, string[]> = {}
  let title = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('* ')) sections[title] = [...(sections[title] ?? []), line.slice(2)]
    else if (line !== '' && !line.startsWith(' ')) title = line
  }
  return Object.fromEntries(Object.entries(sections).map(([name, names]) => [name, names.sort()]))
}

/** Summaries of a calendar by their status, each session once. */
function calendarIn(attachments: { content: Buffer }[]): Record<string, string[]> {
  const text = attachments[0]?.content.toString()
  const events = text ? ICAL.Component.fromString(text).getAllSubcomponents('vevent') : []
  const uids = events.map(event => event.getFirstPropertyValue('uid'))
  assert.equal(new Set(uids).size, uids.length)
  const byStatus = Object.groupBy(events, event => String(event.getFirstPropertyValue('status')))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, each]) => [
      status,
      each!.map(event => String(event.getFirstPropertyValue('summary'))).sort(),
    ]),
  )
}

for (const kind of mailKinds)
  describe(`an e-mail of the kind ${kind}`, () => {
    for (const [name, come] of Object.entries(changes))
      it(`says what is true, or nothing, when ${name}`, async () => {
        const { event, talk, other } = await setting(kind)
        const person = await causes[kind]({ event, talk, other })
        const [letter] =
          await pool`select id, kind from outbox where registrant_id = ${person.id} and state = 'waiting'`
        assert.equal(letter!.kind, kind)
        const waiting = { event, talk, other, person, kind }
        await come(waiting)
        const [latest = letter] = await pool`
          select id from outbox where registrant_id = ${person.id} and kind = ${kind} order by id desc limit 1`
        await pool`delete from outbox where id <> ${latest!.id}`
        smtp.received.length = 0
        await queue.dispatch()
        const truth = await truthOf(waiting)
        const isTrue = truth.isKnown && stillTrue[kind](truth)
        const [settled] = await pool`select state, last_error from outbox where id = ${latest!.id}`
        assert.equal(settled?.state, isTrue ? 'sent' : truth.email ? 'dropped' : undefined)
        assert.deepEqual(
          smtp.received.map(({ to }) => to),
          isTrue ? [[truth.email]] : [],
        )
        if (isTrue) mustBeTrue(smtp.received[0]!.mail as never, truth, kind)
      })
  })

function mustBeTrue(
  mail: { text: string; attachments: { content: Buffer }[] },
  truth: Truth,
  kind: MailKind,
) {
  const { seats, offers, line, talk } = truth
  const said = sectionsIn(mail.text)
  const shows = kind !== 'cancelled'
  assert.deepEqual(said['Your sessions'] ?? [], shows ? seats : [])
  assert.deepEqual(said['Seats that are kept for you'] ?? [], shows ? offers : [])
  assert.deepEqual(said['Where you are in line'] ?? [], shows ? line : [])
  for (const name of said['No longer on your agenda'] ?? [])
    assert.equal([...seats, ...offers, ...line].includes(name), false, `${name} is on the agenda`)
  const isOff = (said['Does not take place'] ?? []).includes(talk.name)
  if (isOff) assert.notEqual(talk.session_status, 'live')
  if (kind === 'withdrawn') assert.equal(isOff, true)
  const calendar = calendarIn(mail.attachments)
  assert.deepEqual(calendar.CONFIRMED ?? [], seats)
  assert.deepEqual(calendar.TENTATIVE ?? [], offers)
  if (seats.includes(talk.name)) assert.match(mail.text, wordsOf(talk))
  if (kind === 'abandoned')
    assert.equal(mail.text.includes('We can no longer keep your seats'), truth.status === 'expired')
}

/** The day, the times and the zone of a session, as they are now. */
function wordsOf({ start_time, end_time, timezone }: Json): RegExp {
  if (!start_time) return /\n {2}Tuesday, 1 January 2030\n/
  const [start, end] = [start_time, end_time].map(time => time.slice(0, 5))
  const times = end < start ? `at ${start}\\s–\\sWednesday, 2 January 2030 at ${end}` : `, ${start}–${end}`
  return new RegExp(`\\n {2}Tuesday, 1 January 2030 ?${times} \\(\\w+, ${timezone}\\)\\n`)
}
