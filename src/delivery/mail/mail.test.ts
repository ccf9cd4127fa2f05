import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import ICAL from 'ical.js'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { mailQueue } from './mail.ts'
import { mailServerAt, senderOf } from './smtp.ts'

const databaseUrl = await ownDatabase()
process.env.TEST_DATABASE_URL = databaseUrl
let ahead = 0
const clock = { now: () => new Date(Date.now() + ahead) }
const { call, make, pool } = await testApp()
const smtp = await testMailServer()
const from = 'Summit <summit@example.org>'
const sender = senderOf(from)
const queues: ReturnType<typeof mailQueue>[] = []
/** what could not be written; nothing, unless a test says so */
const faults: string[] = []
const queueTo = (url: string | null) => {
  const queue = mailQueue({
    pool,
    now: clock.now,
    baseUrl: 'https://lectern.example',
    server: url ? mailServerAt(url, sender) : null,
    sender,
    warn: error => assert.fail(String(error)),
    fault: error => void faults.push(String(error)),
  })
  queues.push(queue)
  return queue
}
const queue = queueTo(smtp.url)
after(async () => {
  await Promise.all(queues.map(each => each.close()))
  await smtp.close()
})
afterEach(async () => {
  ahead = 0
  smtp.received.length = 0
  for (const word of Object.keys(smtp.behaviour)) delete smtp.behaviour[word as keyof typeof smtp.behaviour]
  await pool`delete from outbox`
  assert.deepEqual(faults.splice(0), [])
})

const hour = 3_600_000
/** Nobody of that name is there, for good; or the mailbox is busy. */
const refuseByName = (address: string) => {
  if (/^gone/i.test(address)) return { code: 550, text: 'No such user' }
  return /^busy/i.test(address) ? { code: 451, text: 'Later' } : undefined
}
let people = 0
const event = await make('events', {
  name: 'Summit & <Friends>',
  timezone: 'Europe/Brussels',
  status: 'live',
})
const room = await make('locations', { event_id: event.id, name: 'Room <1>' })
const sessionAt = (start_time: string, end_time: string, more: object = {}) =>
  make('sessions', {
    event_id: event.id,
    name: 'Talk',
    date: '2030-03-30',
    start_time,
    end_time,
    location_id: room.id,
    ...more,
  })
const person = async (more: object = {}, query = '?send_email=true') => {
  const body = {
    event_id: event.id,
    email: `p${++people}@example.com`,
    first_name: 'Ada',
    session_ids: [],
    ...more,
  }
  const { status, body: registrant } = await call('POST', `/registrants/create${query}`, body)
  assert.equal(status, 201)
  return registrant
}
const letters = async () => {
  const { body } = await call('GET', `/outbox?event_id=${event.id}&fields=*&per-page=1000`)
  return body.items
}
const addresses = () => smtp.received.map(({ to }) => to.join()).sort()
const eventsIn = (calendar: string) =>
  new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vevent').map(each => new ICAL.Event(each))

describe('a letter', () => {
  it('says as text, HTML and calendar what the person has, with everything escaped', async () => {
    const late = await sessionAt('14:00', '15:30', {
      name: 'Workshop "A" <b>',
      webinar_url: 'https://meet.example/x?a=1&b=2',
    })
    const early = await sessionAt('09:00', '10:00')
    const someone = await person({
      first_name: 'Ada\r\nBcc: spy@example.com',
      last_name: '<script>alert(1)</script>',
      session_ids: [late.id, early.id],
    })
    await queue.dispatch()
    const [{ mail, to }] = smtp.received as [(typeof smtp.received)[0]]
    assert.deepEqual(to, [someone.email])
    assert.equal(mail.subject, 'You are registered: Summit & <Friends>')
    assert.equal(mail.headers.has('bcc'), false)
    assert.equal(mail.from!.text, '"Summit" <summit@example.org>')
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated')
    assert.equal(
      mail.text!.replace(/\/my\/[\w-]{43}$/m, '/my/<token>'),
      `Dear Ada Bcc: spy@example.com <script>alert(1)</script>,

Thank you for registering for Summit & <Friends>. We look forward to seeing you.

Your own page, with your sessions: https://lectern.example/my/<token>
The link is yours alone: whoever has it can act for you.

Your sessions

* Talk
  Saturday, 30 March 2030, 09:00–10:00 (CET, Europe/Brussels)
  Room <1>
  About the session: https://lectern.example/sessions/${early.id}

* Workshop "A" <b>
  Saturday, 30 March 2030, 14:00–15:30 (CET, Europe/Brussels)
  Room <1>
  About the session: https://lectern.example/sessions/${late.id}
  Join online: https://lectern.example/sessions/${late.id}/virtual/${late.secure_id}

Summit & <Friends>
`,
    )
    assert.doesNotMatch(mail.html as string, /<script|<b>|Room <1>/)
    assert.match(mail.html as string, /<bdi>Workshop &quot;A&quot; &lt;b&gt;<\/bdi>/)
    assert.match(mail.html as string, /<bdi>Ada Bcc: spy@example.com &lt;script&gt;/)
    const [attachment] = mail.attachments
    assert.deepEqual([attachment!.filename, attachment!.contentType], ['agenda.ics', 'text/calendar'])
    const parsed = eventsIn(attachment!.content.toString())
    assert.deepEqual(
      parsed.map(each => [
        each.summary,
        each.location,
        each.startDate.toString(),
        each.endDate.toString(),
        each.component.getFirstPropertyValue('status'),
      ]),
      [
        ['Talk', 'Room <1>', '2030-03-30T09:00:00', '2030-03-30T10:00:00', 'CONFIRMED'],
        ['Workshop "A" <b>', 'Room <1>', '2030-03-30T14:00:00', '2030-03-30T15:30:00', 'CONFIRMED'],
      ],
    )
    assert.equal(parsed[0]!.component.getFirstProperty('dtstart')!.getParameter('tzid'), 'Europe/Brussels')
    assert.deepEqual(
      parsed.map(each => each.startDate.toJSDate().toISOString()),
      ['2030-03-30T08:00:00.000Z', '2030-03-30T13:00:00.000Z'],
    )
  })

  it('of a session in a zone that was once seconds off goes out with its calendar', async () => {
    const session = await sessionAt('10:00', '11:00', { timezone: 'Asia/Dubai' })
    await person({ session_ids: [session.id] })
    await queue.dispatch()
    const [attachment] = smtp.received[0]!.mail.attachments
    const [talk] = eventsIn(attachment!.content.toString())
    assert.equal(talk!.startDate.toJSDate().toISOString(), '2030-03-30T06:00:00.000Z')
    assert.doesNotMatch(attachment!.content.toString(), /TZOFFSET\w+:[+-]\d{6}/)
  })

  it('whose calendar cannot be written goes out without it, and that is told', async () => {
    const session = await sessionAt('10:00', '11:00', { timezone: 'Asia/Dubai' })
    const someone = await person({ session_ids: [session.id] })
    await pool`update sessions set timezone = 'Mars/Base' where id = ${session.id}`
    await queue.dispatch()
    const [{ mail, to }] = smtp.received as [(typeof smtp.received)[0]]
    assert.deepEqual([to, mail.attachments], [[someone.email], []])
    assert.match(mail.text!, /\* Talk\n/)
    assert.match(faults.splice(0).join(), /^RangeError: .*time zone/i)
    const [letter] = await letters()
    assert.equal(letter.state, 'sent')
    assert.match(letter.last_error, /^Its calendar could not be written: .*time zone/i)
  })

  it('encloses a name from right to left, so that it does not turn the words around it', async () => {
    await person({ first_name: 'עדה', last_name: 'לאבלייס' })
    await queue.dispatch()
    assert.match(smtp.received[0]!.mail.text!, /^Dear \u2068עדה לאבלייס\u2069,\n/)
    assert.match(smtp.received[0]!.mail.html as string, /<p>Dear <bdi>עדה לאבלייס<\/bdi>,<\/p>/)
    assert.equal(
      smtp.received[0]!.mail.to &&
        'value' in smtp.received[0]!.mail.to &&
        smtp.received[0]!.mail.to.value[0]!.name,
      'עדה לאבלייס',
    )
  })

  it('of a cancellation takes the sessions out of the calendar again, under the same UIDs', async () => {
    const session = await sessionAt('09:00', '10:00')
    const someone = await person({ session_ids: [session.id] })
    await queue.dispatch()
    ahead += 5000
    await call('PUT', `/registrants/update/${someone.id}?send_email=true`, {
      registration_status: 'cancelled',
    })
    await queue.dispatch()
    const [before, now] = smtp.received.map(({ mail }) => eventsIn(mail.attachments[0]!.content.toString()))
    assert.equal(smtp.received[1]!.mail.subject, 'Your registration is cancelled: Summit & <Friends>')
    assert.match(smtp.received[1]!.mail.text!, /No longer on your agenda\n\n\* Talk\n/)
    assert.equal(now![0]!.uid, before![0]!.uid)
    assert.equal(now![0]!.component.getFirstPropertyValue('status'), 'CANCELLED')
    assert.ok(now![0]!.sequence > before![0]!.sequence)
  })

  it('has the way into a webinar for whoever has a seat, not for those who wait', async () => {
    const webinar_url = 'https://meet.example/x'
    const own = await sessionAt('09:00', '10:00', { webinar_url })
    const full = await sessionAt('11:00', '12:00', { webinar_url, capacity: 0 })
    const someone = await person({ session_ids: [own.id] }, '')
    await call('POST', `/registrants/${someone.id}/waitlist/${full.id}`)
    await call('POST', `/registrants/${someone.id}/trigger-email/confirmation`)
    await queue.dispatch()
    const ways = [...smtp.received[0]!.mail.text!.matchAll(/Join online: (.*)/g)].map(([, href]) => href)
    assert.deepEqual(ways, [`https://lectern.example/sessions/${own.id}/virtual/${own.secure_id}`])
    assert.doesNotMatch(smtp.received[0]!.mail.html as string, new RegExp(full.secure_id))
  })

  it('of a confirmation is dropped when its turn comes after a cancellation', async () => {
    const someone = await person()
    await call('PUT', `/registrants/update/${someone.id}?send_email=true`, {
      registration_status: 'cancelled',
    })
    await queue.dispatch()
    assert.deepEqual(
      smtp.received.map(({ mail }) => mail.subject),
      ['Your registration is cancelled: Summit & <Friends>'],
    )
    const [letter] = await letters()
    assert.deepEqual(
      [letter.kind, letter.state, letter.last_error],
      ['confirmation', 'dropped', 'The registration no longer stood when its turn came.'],
    )
  })

  it('of a cancellation is written once, also when it is said again', async () => {
    const someone = await person({}, '')
    for (let n = 0; n < 2; n++)
      await call('PUT', `/registrants/update/${someone.id}?send_email=true`, {
        registration_status: 'cancelled',
      })
    assert.deepEqual(
      (await letters()).map((each: any) => each.kind),
      ['cancelled'],
    )
  })

  it('of a promotion says which session was given up for it', async () => {
    const full = await sessionAt('09:00', '10:00', {
      name: 'Full',
      capacity: 1,
      prevent_session_conflicts: 1,
    })
    const other = await sessionAt('09:30', '10:30', { name: 'Other' })
    const holder = await person({ session_ids: [full.id] }, '')
    const waiting = await person({ session_ids: [other.id] }, '')
    await call('POST', `/registrants/${waiting.id}/waitlist/${full.id}`, { on_conflict: 'swap' })
    await call('DELETE', `/registrants/${holder.id}/session/${full.id}`)
    await queue.dispatch()
    assert.deepEqual(addresses(), [waiting.email])
    const { mail } = smtp.received[0]!
    assert.equal(mail.subject, 'You have a seat: Full')
    assert.match(mail.text!, /Your sessions\n\n\* Full\n[\s\S]*No longer on your agenda\n\n\* Other\n/)
    assert.deepEqual(
      eventsIn(mail.attachments[0]!.content.toString()).map(each => [
        each.summary,
        each.component.getFirstPropertyValue('status'),
      ]),
      [
        ['Full', 'CONFIRMED'],
        ['Other', 'CANCELLED'],
      ],
    )
  })

  it('of an offer says until when it stands, and is dropped when it stands no longer', async () => {
    const offering = await make('events', {
      name: 'Fair',
      timezone: 'UTC',
      waitlist_mode: 'offer',
      waitlist_offer_minutes: 60,
    })
    const session = await sessionAt('09:00', '10:00', {
      event_id: offering.id,
      location_id: null,
      capacity: 1,
    })
    const holder = await person({ event_id: offering.id, session_ids: [session.id] }, '')
    const waiting = await person({ event_id: offering.id }, '')
    await call('POST', `/registrants/${waiting.id}/waitlist/${session.id}`)
    await call('DELETE', `/registrants/${holder.id}/session/${session.id}`)
    await queue.dispatch()
    const { mail } = smtp.received[0]!
    const [{ expires_at }] =
      (await pool`select expires_at from selections where registrant_id = ${waiting.id}`) as any
    assert.equal(mail.subject, 'A seat is free for you: Talk')
    assert.match(mail.text!, new RegExp(`until .* at ${expires_at.slice(11, 16)} UTC\\.`))
    assert.equal(
      eventsIn(mail.attachments[0]!.content.toString())[0]!.component.getFirstPropertyValue('status'),
      'TENTATIVE',
    )
    await pool`update outbox set state = 'waiting', delivered = '{}', next_attempt_at = now()`
    await call('DELETE', `/registrants/${waiting.id}/waitlist/${session.id}`)
    await queue.dispatch()
    const { body } = await call('GET', `/outbox?event_id=${offering.id}&fields=state,last_error`)
    assert.deepEqual(body.items, [
      { state: 'dropped', last_error: 'The offer no longer stood when its turn came.' },
    ])
    assert.equal(smtp.received.length, 1)
  })
})

describe('the queue of e-mails', () => {
  it('writes and keeps letters when there is no mail server', async () => {
    const someone = await person()
    await queueTo(null).dispatch()
    const [letter] = await letters()
    assert.deepEqual([letter.state, letter.recipients, letter.sent_at], ['kept', [someone.email], null])
    assert.match(letter.body_text, /^Dear Ada,\n/)
    const { body } = await call('GET', `/registrants/${someone.id}?fields=id&expand=emailHistory`)
    assert.deepEqual(
      body.emailHistory.map((each: any) => [each.kind, each.state]),
      [['confirmation', 'kept']],
    )
  })

  it('sends nothing for a wish that was refused, for a rehearsal, and without send_email', async () => {
    const full = await sessionAt('09:00', '10:00', { capacity: 0 })
    const body = { event_id: event.id, email: 'nobody@example.com', first_name: 'N' }
    assert.equal(
      (await call('POST', '/registrants/create?send_email=true', { ...body, session_ids: [full.id] })).status,
      422,
    )
    assert.equal(
      (await call('POST', '/registrants/create?send_email=true&validate_only=true', body)).status,
      200,
    )
    assert.equal((await call('POST', '/registrants/create', body)).status, 201)
    await queue.dispatch()
    assert.deepEqual([smtp.received.length, await letters()], [0, []])
  })

  it('sends one letter for a call that is repeated with its Idempotency-Key, none for one that is refused or rehearsed', async () => {
    const full = await sessionAt('09:00', '10:00', { capacity: 1 })
    const keyed = (key: string, path: string, body: object = {}) =>
      call('POST', path, body, { 'idempotency-key': key })
    const body = { event_id: event.id, email: 'once@example.com', session_ids: [full.id] }
    const create = '/registrants/create?send_email=true'
    const replies = [
      await keyed('once', create, body),
      await keyed('once', create, body),
      await keyed('refused', create, { ...body, email: 'refused@example.com' }),
      await keyed('refused', create, { ...body, email: 'refused@example.com' }),
    ]
    assert.deepEqual(
      replies.map(({ status }) => status),
      [201, 201, 422, 422],
    )
    const holder = replies[0]!.body
    const waiting = await person({ email: 'waiting@example.com' }, '')
    await call('POST', `/registrants/${waiting.id}/waitlist/${full.id}`)
    for (const [method, path] of [
      ['POST', `/registrants/${holder.id}/trigger-email/modified?validate_only=true`],
      ['DELETE', `/registrants/${holder.id}/session/${full.id}?validate_only=true&send_email=true`],
    ] as const)
      assert.equal((await call(method, path)).status, 200)
    await queue.dispatch()
    assert.deepEqual(addresses(), ['once@example.com'])
    const trigger = `/registrants/${holder.id}/trigger-email/modified`
    const triggered = [await keyed('again', trigger), await keyed('again', trigger)]
    assert.deepEqual(triggered[1]!.body, triggered[0]!.body)
    await call('DELETE', `/registrants/${holder.id}/session/${full.id}`)
    await queue.dispatch()
    assert.deepEqual(addresses(), ['once@example.com', 'once@example.com', 'waiting@example.com'])
  })

  it('sends no offer and no promotion when the event has switched them off', async () => {
    const quiet = await make('events', { name: 'Quiet', timezone: 'UTC' })
    const talk = await sessionAt('09:00', '10:00', { event_id: quiet.id, location_id: null, capacity: 1 })
    await call('PUT', `/events/${quiet.id}/emails`, { promotion: 0, offer: 0, confirmation: 0 })
    const holder = await person({ event_id: quiet.id, session_ids: [talk.id] })
    const waiting = await person({ event_id: quiet.id })
    await call('POST', `/registrants/${waiting.id}/waitlist/${talk.id}`)
    await call('DELETE', `/registrants/${holder.id}/session/${talk.id}?send_email=true`)
    await queue.dispatch()
    assert.deepEqual(
      smtp.received.map(({ to, mail }) => [to, mail.subject]),
      [[[holder.email], 'Your registration has changed: Quiet']],
    )
  })

  it('waits while the mail server is down, and delivers once it is back', async () => {
    const passing = await testMailServer()
    await passing.close()
    const own = queueTo(passing.url)
    const someone = await person()
    await own.dispatch()
    await own.dispatch()
    const [waiting] = await letters()
    assert.deepEqual([waiting.state, waiting.attempts], ['waiting', 1])
    assert.match(waiting.last_error, /ECONNREFUSED/)
    const back = await testMailServer(passing.port)
    ahead += hour
    await own.dispatch()
    assert.deepEqual(
      back.received.map(({ to }) => to),
      [[someone.email]],
    )
    await own.close()
    await back.close()
  })

  it('delivers to one recipient when the other is refused, and tries a busy one again alone', async () => {
    smtp.behaviour.refuse = refuseByName
    const [one, two] = [
      await person({ cc_email: 'gone@example.com' }),
      await person({ cc_email: 'busy@example.com' }),
    ]
    await queue.dispatch()
    assert.deepEqual(addresses(), [one.email, two.email].sort())
    const [first, second] = await letters()
    assert.deepEqual(
      [first.state, first.delivered, first.refused],
      ['sent', [one.email], ['gone@example.com']],
    )
    assert.match(first.last_error, /gone@example.com: 550 No such user/)
    assert.deepEqual([second.state, second.delivered, second.refused], ['waiting', [two.email], []])
    smtp.behaviour.refuse = undefined as never
    ahead += hour
    await queue.dispatch()
    assert.deepEqual(addresses(), [one.email, two.email, 'busy@example.com'].sort())
    assert.equal((await letters())[1].state, 'sent')
  })

  it('sends once to an address that the mail server is told in other letters, and to nobody else', async () => {
    const told: [string, string][] = [
      ['Ada@Example.COM', 'Ada@example.com'],
      ['ada@Bücher.example', 'ada@bücher.example'],
      ['jörg@xn--bcher-kva.example', 'jörg@bücher.example'],
      ['ada(work)@example.com', '"ada(work)"@example.com'],
      ['ada:work@example.com', '"ada:work"@example.com'],
    ]
    for (const [email] of told) await person({ email })
    const both = await person({ email: 'a@Bücher.example', cc_email: 'a@xn--bcher-kva.example' })
    await queue.dispatch()
    ahead += hour
    await queue.dispatch()
    assert.deepEqual(addresses(), [...told.map(([, address]) => address), 'a@bücher.example'].sort())
    assert.deepEqual(
      (await letters()).map(({ state, attempts, delivered }: any) => ({ state, attempts, delivered })),
      [...told.map(([email]) => [email]), [both.email, both.cc_email]].map(delivered => ({
        state: 'sent',
        attempts: 1,
        delivered,
      })),
    )
  })

  it('notes who was refused, or is busy, in the letters in which the address was given', async () => {
    smtp.behaviour.refuse = refuseByName
    await person({ email: 'Gone@Example.COM', cc_email: 'Copy@Example.COM' })
    await person({ email: 'Gone@Example.COM' })
    await person({ email: 'Busy@Example.COM', cc_email: 'Copy@Example.COM' })
    await queue.dispatch()
    assert.deepEqual(
      (await letters()).map(({ state, delivered, refused }: any) => [state, delivered, refused]),
      [
        ['sent', ['Copy@Example.COM'], ['Gone@Example.COM']],
        ['failed', [], ['Gone@Example.COM']],
        ['waiting', ['Copy@Example.COM'], []],
      ],
    )
  })

  it('gives up at once what is refused for good, and says why', async () => {
    smtp.behaviour.answer = () => ({ code: 554, text: 'Looks like spam' })
    await person()
    await queue.dispatch()
    const [letter] = await letters()
    assert.deepEqual([letter.state, letter.last_error], ['failed', '554 Looks like spam'])
    ahead += hour
    await queue.dispatch()
    assert.equal((await letters())[0].attempts, 1)
  })

  it('waits while the mail server refuses us for good rather than a letter: our connection, or the sender', async () => {
    const refusals: [object, string][] = [
      [{ greet: () => ({ code: 554, text: 'No service for you' }) }, '554 No service for you'],
      [
        { refuseSender: () => ({ code: 530, text: 'Authentication required' }) },
        '530 Authentication required',
      ],
    ]
    for (const [behaviour, last_error] of refusals) {
      const own = queueTo(smtp.url)
      const someone = await person()
      Object.assign(smtp.behaviour, behaviour)
      await own.dispatch()
      const letter = (await letters()).at(-1)
      assert.deepEqual([letter.state, letter.refused, letter.last_error], ['waiting', [], last_error])
      for (const word of Object.keys(behaviour)) delete smtp.behaviour[word as keyof typeof smtp.behaviour]
      ahead += hour
      await own.dispatch()
      assert.deepEqual(smtp.received.at(-1)!.to, [someone.email])
      assert.equal((await letters()).at(-1).state, 'sent')
    }
  })

  it('gives up after four days of temporary failures', async () => {
    smtp.behaviour.answer = () => ({ code: 451, text: 'Later' })
    await person()
    await queue.dispatch()
    assert.equal((await letters())[0].state, 'waiting')
    ahead += 97 * hour
    await queue.dispatch()
    assert.equal((await letters())[0].state, 'failed')
  })

  it('does not slow a sign-up while the mail server is slow', async () => {
    const answered = Promise.withResolvers<void>()
    smtp.behaviour.beforeAnswer = () => answered.promise
    await person()
    const round = queue.dispatch()
    await person()
    assert.equal(smtp.received.length, 0)
    answered.resolve()
    await round
    await queue.dispatch()
    assert.equal(smtp.received.length, 2)
  })

  it('sends on while the mail server keeps one letter waiting, which it does not take again however long that is', async () => {
    const answered = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow = await person()
    smtp.behaviour.beforeAnswer = async ({ to }) => {
      if ((to as { text: string }).text.includes(slow.email)) {
        begun.resolve()
        await answered.promise
      }
    }
    const round = queue.dispatch()
    await begun.promise
    ahead += hour
    const others = []
    for (let n = 0; n < 25; n++) others.push((await person()).email)
    while (smtp.received.length < others.length) await sleep(10)
    assert.deepEqual(addresses(), others.sort())
    answered.resolve()
    await round
    assert.deepEqual(addresses(), [...others, slow.email].sort())
    assert.deepEqual(
      new Set((await letters()).map((each: any) => `${each.state} ${each.attempts}`)),
      new Set(['sent 1']),
    )
  })

  it('delivers each letter once although a process is killed while it sends', async () => {
    const started = Promise.withResolvers<void>()
    const killed = Promise.withResolvers<void>()
    const held: string[] = []
    let accepted = 0
    smtp.behaviour.beforeAnswer = async (_mail, connection) => {
      if (++accepted <= 5) return
      held.push(connection)
      started.resolve()
      await killed.promise
    }
    const expected = []
    for (let n = 0; n < 30; n++) expected.push((await person()).email)
    const server = spawn(process.execPath, [fileURLToPath(new URL('../../main.ts', import.meta.url))], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        PORT: '0',
        SMTP_URL: smtp.url,
        MAIL_FROM: from,
        SAMPLE: '0',
      },
      stdio: 'ignore',
    })
    await started.promise
    while ((await letters()).filter((each: any) => each.state === 'sent').length < 5) await sleep(10)
    server.kill('SIGKILL')
    await once(server, 'exit')
    while (!held.every(connection => smtp.gone.has(connection))) await sleep(10)
    killed.resolve()
    await queue.dispatch()
    ahead += hour
    await queue.dispatch()
    assert.deepEqual(addresses(), expected.sort())
    assert.deepEqual(new Set((await letters()).map((each: any) => each.state)), new Set(['sent']))
  })

  it('sends again, under the same Message-ID, what was accepted just before a crash kept it from being recorded', async () => {
    await person()
    await queue.dispatch()
    await pool`update outbox set state = 'sending', delivered = '{}'`
    ahead += hour
    await queue.dispatch()
    assert.equal(smtp.received.length, 2)
    assert.equal(smtp.received[0]!.mail.messageId, smtp.received[1]!.mail.messageId)
  })
})
