import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { attendeeAt } from '../../../test/support/attendee.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, seatDesk } from '../../../test/support/seats.ts'

const clock = handClock()
const url = await ownDatabase()
const app = await testApp({ clock, url })
const { make, call, raw, pool } = app
const desk = seatDesk(app)
const { event, session, agenda, counts, findings, change } = desk
const person = (summit: { id: number }, more: object = {}) =>
  desk.person(summit, { first_name: 'Ada', ...more })
const { linkOf, open, press, reasonsOn, send } = attendeeAt(app)

/** An event with one session, and somebody who is registered for it or not. */
async function scene(settings: object, more: object = {}, isIn = true) {
  const summit = await event(more)
  const talk = await session(summit, settings)
  const someone = await person(summit, { session_ids: isIn ? [talk.id] : [] })
  return { summit, talk, someone, link: await linkOf(someone) }
}

describe('GET /my/{token}', () => {
  it('200 shows what the person has, is offered and waits for, and the other live sessions by day', async () => {
    const summit = await event({ waitlist_mode: 'offer', timezone: 'Europe/Brussels' })
    const room = await make('locations', { event_id: summit.id, name: 'Hall' })
    const track = await make('tracks', { event_id: summit.id, name: 'Systems' })
    const own = await session(summit, { name: 'Own' })
    const offered = await session(summit, { name: 'Offered', capacity: 1 })
    const waited = await session(summit, { name: 'Waited', capacity: 0 })
    await session(summit, { name: 'Late', date: '2030-01-02', start_time: '15:00', end_time: '16:00' })
    await session(summit, {
      name: 'Early',
      date: '2030-01-02',
      capacity: 3,
      location_id: room.id,
      track_id: track.id,
    })
    await session(summit, {
      name: 'Sold',
      date: '2030-01-03',
      capacity: 0,
      sold_out_message: 'Try the stream.',
    })
    await session(summit, { name: 'Draft', session_status: 'submitted' })
    const first = await person(summit, { session_ids: [offered.id] })
    const someone = await person(summit, { session_ids: [own.id] })
    await desk.waitFor(someone, offered)
    await desk.waitFor(someone, waited)
    await desk.drop(first, offered)
    const { status, text } = await open(await linkOf(someone))
    assert.equal(status, 200)
    const names = [...text.matchAll(/<h[34] id="n\d+" dir="auto">(.*?)<\/h/g)].map(match => match[1])
    assert.deepEqual(names, ['Offered', 'Own', 'Waited', 'Early', 'Late', 'Sold'])
    const buttons = [...text.matchAll(/<button[^>]*>([^<]*)<span class="unseen"> <bdi>(.*?)<\/bdi>/g)]
    assert.deepEqual(
      buttons.map(([, label, name]) => `${label} ${name}`),
      [
        'Accept Offered',
        'Decline Offered',
        'Give up Own',
        'Leave the line Waited',
        'Add Early',
        'Add Late',
        'Join the line Sold',
      ],
    )
    assert.match(text, /Kept until Saturday, 1 December 2029 at 22:00 CET/)
    assert.match(text, /Place 1 in line/)
    assert.match(
      text,
      /Wednesday, 2 January 2030<\/h3>[\s\S]*10:00–11:00 \(CET\)<\/p>\n<p dir="auto">Hall<\/p>\n<p dir="auto">Systems<\/p>\n<p dir="auto">3 seats left/,
    )
    assert.match(text, /Full<\/p>\n<p dir="auto">Try the stream\./)
    assert.doesNotMatch(text, /Draft/)
  })

  it('200 shows the session fields that are visible, escaped, of every session', async () => {
    const level = await make('sessions/fields', { name: 'Level <1>', type: 'textInput', visible: 1 })
    const room = await make('sessions/fields', { name: 'Catering', type: 'textInput' })
    const { summit, link } = await scene({ [level.attribute]: 'Deep & <b>', [room.attribute]: 'soup' })
    await session(summit, { name: 'Other', [level.attribute]: 'Easy' })
    const { text } = await open(link)
    const shown = [...text.matchAll(/<dt dir="auto">(.*?)<\/dt><dd dir="auto">(.*?)<\/dd>/g)]
    assert.deepEqual(
      shown.map(([, name, value]) => `${name}: ${value}`),
      ['Level &lt;1&gt;: Deep &amp; &lt;b&gt;', 'Level &lt;1&gt;: Easy'],
    )
    assert.doesNotMatch(text, /Catering|soup/)
    for (const { id } of [level, room]) await call('DELETE', `/sessions/field/${id}`)
  })

  it('200 has no scripts, and lets forms lead to this server only', async () => {
    const { link } = await scene({})
    const { headers, text } = await open(link)
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.doesNotMatch(text, /<script| on\w+=/)
  })

  it('200 shows the way into a webinar to whoever has a seat, not to those who wait or could add it', async () => {
    const summit = await event({ waitlist_mode: 'offer', status: 'live' })
    const online = (name: string, more: object = {}) =>
      session(summit, { name, webinar_url: `https://meet.example/${name}`, ...more })
    const [own, offered] = [await online('Own'), await online('Offered', { capacity: 1 })]
    const [waited] = [await online('Waited', { capacity: 0 }), await online('Other')]
    const holder = await person(summit, { session_ids: [offered.id] })
    const someone = await person(summit, { session_ids: [own.id] })
    for (const full of [offered, waited]) await desk.waitFor(someone, full)
    await desk.drop(holder, offered)
    const { text } = await open(await linkOf(someone))
    const links = [...text.matchAll(/href="([^"]*)"[^>]*>Join online</g)].map(([, href]) => href)
    assert.deepEqual(links, [`http://lectern.test/sessions/${own.id}/virtual/${own.secure_id}`])
    assert.doesNotMatch(text, /meet\.example/)
  })

  it('200 changes nothing, also at the addresses of forms, which lead back to the page', async () => {
    const { someone, talk, link } = await scene({})
    const before = await pool`select count(*)::int from changes`
    for (const deed of ['give-up', 'leave', 'add']) {
      const { status, headers } = await open(`${link}/sessions/${talk.id}/${deed}`)
      assert.deepEqual([status, headers.location], [303, link])
    }
    await open(`${link}?done=give-up&session=${talk.id}`)
    assert.deepEqual(await pool`select count(*)::int from changes`, before)
    assert.deepEqual((await agenda(someone)).in, [talk.id])
  })

  it('200 its forms and styles stay on this server, below the path of the public URL', async () => {
    const { talk, link } = await scene({})
    const below = await testApp({ beside: app, url, clock, env: { PUBLIC_URL: 'https://x.example/lectern' } })
    const { text } = await attendeeAt(below).open(link)
    assert.match(text, /<link rel="stylesheet" href="\/lectern\/styles\//)
    assert.match(text, new RegExp(`action="/lectern${link}/sessions/${talk.id}/give-up"`))
    const { headers } = await attendeeAt(below).press(link, talk, 'give-up')
    assert.equal(headers.location, `/lectern${link}?done=give-up&session=${talk.id}`)
  })

  it('200 says only what is true, whatever the query claims', async () => {
    const { talk, link } = await scene({})
    for (const query of [
      `done=give-up&session=${talk.id}`,
      'done=<b>x',
      `done=add&session=x`,
      'done=finished%00&session=-1',
    ])
      assert.doesNotMatch((await open(`${link}?${query}`)).text, /role="status"|<b>x/)
    assert.match(
      (await open(`${link}?done=add&session=${talk.id}`)).text,
      /role="status"[^>]*>You have a seat in “<bdi>Talk<\/bdi>”/,
    )
  })
})

describe('POST /my/{token}/sessions/{id}/…', () => {
  it('303 add takes a seat, give-up gives it back, and the page says so; twice is once', async () => {
    const { someone, talk, link } = await scene({ capacity: 1 }, {}, false)
    for (let time = 1; time <= 2; time++) {
      const { status, headers } = await press(link, talk, 'add')
      assert.deepEqual([status, headers.location], [303, `${link}?done=add&session=${talk.id}`])
    }
    assert.deepEqual((await agenda(someone)).in, [talk.id])
    assert.match(
      (await open(`${link}?done=add&session=${talk.id}`)).text,
      /role="status"[^>]*>You have a seat in/,
    )
    for (let time = 1; time <= 2; time++) assert.equal((await press(link, talk, 'give-up')).status, 303)
    assert.match((await open(`${link}?done=give-up&session=${talk.id}`)).text, /You gave up your seat in/)
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('303 two presses at the same moment take one seat', async () => {
    const { talk, link } = await scene({ capacity: 5 }, {}, false)
    const replies = await Promise.all([1, 2, 3, 4].map(() => press(link, talk, 'add')))
    assert.deepEqual(
      replies.map(({ status }) => status),
      [303, 303, 303, 303],
    )
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })

  it('303 is in the change log with the request, and without a credential', async () => {
    const { summit, talk, link } = await scene({}, {}, false)
    const { headers } = await press(link, talk, 'add')
    const [change] =
      await pool`select request_id, actor_id from changes where event_id = ${summit.id} and object = 'selection'`
    assert.deepEqual({ ...change }, { request_id: headers['x-request-id'], actor_id: null })
  })

  it('422 an included session is kept, and has no button', async () => {
    const { someone, talk, link } = await scene({ selection_control: 'included' })
    const { text } = await open(link)
    assert.match(text, /Part of every registration/)
    assert.doesNotMatch(text, /Give up/)
    assert.deepEqual(reasonsOn(await press(link, talk, 'give-up')), ['"Talk" is part of every registration.'])
    assert.deepEqual((await agenda(someone)).in, [talk.id])
  })

  it('422 a locked session is kept once the registration is finished, and has no button', async () => {
    const { someone, talk, link } = await scene({ locked_when_saved: 1 })
    assert.doesNotMatch((await open(link)).text, /Give up/)
    assert.deepEqual(reasonsOn(await press(link, talk, 'give-up')), ['"Talk" can no longer be changed.'])
    assert.deepEqual((await agenda(someone)).in, [talk.id])
    const beginner = await person(talk.event_id ? { id: talk.event_id } : talk, {
      session_ids: [talk.id],
      registration_status: 'in_progress',
    })
    assert.equal((await press(await linkOf(beginner), talk, 'give-up')).status, 303)
  })

  it('422 names every reason: sold out in the words of the session, and what is at the same time', async () => {
    const { summit, someone, talk, link } = await scene({ prevent_session_conflicts: 1 })
    const wanted = await session(summit, { name: 'Wanted', capacity: 0, sold_out_message: 'Sorry, full.' })
    const reply = await press(link, wanted, 'add')
    assert.deepEqual(reasonsOn(reply), ['Sorry, full.', '"Wanted" is at the same time as "Talk".'])
    assert.match(reply.text, /<title>Not done: /)
    assert.match(reply.text, /role="alert"[^>]*><h2 dir="auto">“Wanted”: you do not have a seat<\/h2>/)
    assert.deepEqual((await agenda(someone)).in, [talk.id])
  })

  it('422 a session that has started is not taken or waited for, and has no button', async () => {
    const { someone, talk, link } = await scene({ date: '2029-11-30', name: 'Past' }, {}, false)
    assert.match((await open(link)).text, /Has started/)
    assert.doesNotMatch((await open(link)).text, /Add<span/)
    for (const deed of ['add', 'line-up'])
      assert.deepEqual(reasonsOn(await press(link, talk, deed)), ['"Past" has started.'])
    assert.deepEqual(await agenda(someone), { in: [], waits: [] })
  })

  it('422 a seat in a session that has started is kept, and has no button', async () => {
    const { someone, talk, link } = await scene({ date: '2029-11-30', name: 'Past' })
    assert.match((await open(link)).text, /Has started/)
    assert.doesNotMatch((await open(link)).text, /Give up/)
    assert.deepEqual(reasonsOn(await press(link, talk, 'give-up')), ['"Past" has started.'])
    assert.deepEqual((await agenda(someone)).in, [talk.id])
    assert.equal((await desk.drop(someone, talk)).status, 200)
    assert.deepEqual((await agenda(someone)).in, [])
  })

  for (const later of [{ close_date: '2029-11-30' }, { status: 'closed' }])
    it(`422 once registration has closed (${Object.keys(later)}) nothing can be changed, and the page says so`, async () => {
      const { summit, someone, talk, link } = await scene({ capacity: 1 }, { close_date: '2029-12-02' })
      const other = await session(summit)
      const full = await session(summit, { capacity: 0 })
      await desk.waitFor(someone, full)
      assert.equal((await call('PUT', `/events/update/${summit.id}`, later)).status, 200)
      const { text } = await open(link)
      assert.match(text, /Registration has closed/)
      assert.doesNotMatch(text, /<form|<button/)
      const deeds: [any, string][] = [
        [other, 'add'],
        [talk, 'give-up'],
        [other, 'line-up'],
        [full, 'leave'],
        [full, 'decline'],
      ]
      for (const [which, deed] of deeds)
        assert.deepEqual(reasonsOn(await press(link, which, deed)), ['Registration has closed.'])
      assert.deepEqual(reasonsOn(await send(link, 'details', { first_name: 'New' })), [
        'Registration has closed.',
      ])
      assert.deepEqual(await agenda(someone), { in: [talk.id], waits: [full.id] })
      assert.equal((await desk.read(someone.id)).first_name, 'Ada')
    })

  it('422 who is cancelled or denied changes nothing, and cannot come back by themselves', async () => {
    for (const registration_status of ['cancelled', 'denied']) {
      const { someone, talk, link } = await scene({})
      await change(someone, { registration_status })
      const { text } = await open(link)
      assert.match(text, /This registration is not active/)
      assert.doesNotMatch(text, /<form|<button|Other sessions/)
      const refusal = [`This registration is ${registration_status}.`]
      for (const deed of ['add', 'line-up', 'give-up'])
        assert.deepEqual(reasonsOn(await press(link, talk, deed)), refusal)
      for (const path of ['details', 'again'])
        assert.deepEqual(reasonsOn(await send(link, path, {})), refusal)
      assert.equal((await desk.read(someone.id)).registration_status, registration_status)
    }
  })
})

describe('lines and offers', () => {
  it('303 who finds a session full joins its line, gets the seat that comes back, or leaves', async () => {
    const { summit, someone: holder, talk } = await scene({ capacity: 1 })
    const [first, second] = [await person(summit), await person(summit)]
    for (const who of [first, second])
      assert.equal((await press(await linkOf(who), talk, 'line-up')).status, 303)
    const link = await linkOf(second)
    assert.match(
      (await open(`${link}?done=line-up&session=${talk.id}`)).text,
      /You are in line for “<bdi>Talk<\/bdi>”, at place 2\./,
    )
    assert.equal((await press(link, talk, 'leave')).status, 303)
    assert.match((await open(`${link}?done=leave&session=${talk.id}`)).text, /You are no longer in line/)
    await press(await linkOf(holder), talk, 'give-up')
    assert.deepEqual((await agenda(first)).in, [talk.id])
    assert.deepEqual(await findings(summit), [])
  })

  it('303 a page that is old says what came meanwhile: the seat of who leaves, the place of who gives up', async () => {
    const { summit, someone: holder, talk } = await scene({ capacity: 1 })
    const someone = await person(summit)
    const link = await linkOf(someone)
    const told = async (deed: string) => {
      const { headers } = await press(link, talk, deed)
      return (await open(headers.location as string)).text
    }
    await press(link, talk, 'line-up')
    assert.match(
      await told('give-up'),
      /role="status"[^>]*>You are in line for “<bdi>Talk<\/bdi>”, at place 1\./,
    )
    await desk.drop(holder, talk)
    for (const deed of ['leave', 'decline'])
      assert.match(await told(deed), /role="status"[^>]*>You have a seat in “<bdi>Talk<\/bdi>”\./)
    assert.deepEqual(await agenda(someone), { in: [talk.id], waits: [] })
  })

  it('303 a page that is old says of a session that does not take place any more that it does not', async () => {
    const { talk, link } = await scene({})
    await call('PUT', `/sessions/${talk.id}`, { session_status: 'rejected' })
    const { headers } = await press(link, talk, 'add')
    const { text } = await open(headers.location as string)
    assert.match(text, /role="status"[^>]*>“<bdi>Talk<\/bdi>” does not take place\./)
  })

  it('303 an offer is accepted or declined; one that ran out is refused with the reason', async () => {
    const {
      summit,
      someone: holder,
      talk,
    } = await scene({ capacity: 1 }, { waitlist_mode: 'offer', waitlist_offer_minutes: 5 })
    const people = [await person(summit), await person(summit), await person(summit)]
    for (const who of people) await desk.waitFor(who, talk)
    const [first, second, third] = (await Promise.all(people.map(linkOf))) as [string, string, string]
    await press(await linkOf(holder), talk, 'give-up')
    assert.match((await open(first)).text, /<h2>Seats that are kept for you<\/h2>/)
    assert.equal((await press(first, talk, 'decline')).status, 303)
    assert.match((await open(`${first}?done=decline&session=${talk.id}`)).text, /You declined the seat/)
    clock.pass(6)
    assert.deepEqual(reasonsOn(await press(second, talk, 'accept')), ['"Talk" is sold out.'])
    assert.equal((await press(third, talk, 'accept')).status, 303)
    assert.match((await open(`${third}?done=accept&session=${talk.id}`)).text, /You have a seat in/)
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })

  it('303 an offer ends when the session is moved to the past: the former place in line is left with a button', async () => {
    const { summit, someone: holder, talk } = await scene({ capacity: 1 }, { waitlist_mode: 'offer' })
    const someone = await person(summit)
    await desk.waitFor(someone, talk)
    await desk.drop(holder, talk)
    const link = await linkOf(someone)
    assert.match((await open(link)).text, /Kept until[\s\S]*Accept<span/)
    assert.equal((await call('PUT', `/sessions/update/${talk.id}`, { date: '2029-11-30' })).status, 200)
    const { text } = await open(link)
    assert.deepEqual(await counts(talk), [0, 0, 0, 1])
    assert.doesNotMatch(text, /Kept until|Accept</)
    assert.equal((await press(link, talk, 'leave')).status, 303)
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('303 whoever ticks the box gives up what conflicts when the seat comes; others are passed over', async () => {
    const { summit, someone: holder, talk } = await scene({ capacity: 1, prevent_session_conflicts: 1 })
    const other = await session(summit, { name: 'Other' })
    const [passes, swaps] = [
      await person(summit, { session_ids: [other.id] }),
      await person(summit, { session_ids: [other.id] }),
    ]
    await press(await linkOf(passes), talk, 'line-up')
    await press(await linkOf(swaps), talk, 'line-up', { on_conflict: 'swap' })
    await press(await linkOf(holder), talk, 'give-up')
    assert.deepEqual(await agenda(passes), { in: [other.id], waits: [talk.id] })
    assert.deepEqual(await agenda(swaps), { in: [talk.id], waits: [] })
  })

  it('422 in manual mode nobody passes the line by, and the page offers the line', async () => {
    const { summit, talk } = await scene({ capacity: 1 }, { waitlist_mode: 'manual' }, false)
    await desk.waitFor(await person(summit), talk)
    const link = await linkOf(await person(summit))
    assert.match((await open(link)).text, /Free seats go to those in line<\/p>[\s\S]*Join the line/)
    assert.deepEqual(reasonsOn(await press(link, talk, 'add')), ['Those who wait for "Talk" come first.'])
  })
})

describe('a session at the same time as one that the person has', () => {
  const instead = (...sessions: { id: number }[]) => ({ instead_of: sessions.map(({ id }) => String(id)) })
  const told = async ({ headers }: { headers: { location?: string } }) =>
    /role="status"[^>]*>(.*?)<br>/.exec((await open(headers.location!)).text)?.[1]?.replaceAll(/<[^>]*>/g, '')

  /** Somebody in two optional sessions at ten and at half past, and one from ten to eleven that tolerates neither. */
  async function conflict(wanted: object = {}, had: object = {}, settings: object = {}) {
    const summit = await event(settings)
    const first = await session(summit, { name: 'First & <b>', end_time: '10:30', ...had })
    const second = await session(summit, { name: 'Second', start_time: '10:30' })
    const long = await session(summit, { name: 'Long', prevent_session_conflicts: 1, ...wanted })
    const someone = await person(summit, { session_ids: [first.id, second.id] })
    return { summit, first, second, long, someone, link: await linkOf(someone) }
  }

  it('303 is taken instead of them in one press, which names what is given up', async () => {
    const { summit, first, second, long, someone, link } = await conflict()
    const { text } = await open(link)
    assert.match(
      text,
      new RegExp(
        `sessions/${long.id}/add"><input type="hidden" name="instead_of\\[\\]" value="${first.id}">` +
          `<input type="hidden" name="instead_of\\[\\]" value="${second.id}"><button>Take<span class="unseen"> ` +
          '<bdi>Long</bdi></span> instead of <bdi>First &amp; &lt;b&gt;</bdi>, <bdi>Second</bdi></button>',
      ),
    )
    const reply = await press(link, long, 'add', instead(first, second))
    assert.equal(reply.status, 303)
    assert.deepEqual(await agenda(someone), { in: [long.id], waits: [] })
    assert.equal(
      await told(reply),
      'You have a seat in “Long”. For it you gave up “First &amp; &lt;b&gt;”, “Second”.',
    )
    // Twice is once; and who has them again is not told that they are gone.
    assert.equal((await press(link, long, 'add', instead(first, second))).status, 303)
    await press(link, first, 'add', instead(long))
    assert.equal(await told(reply), undefined)
    assert.deepEqual(await findings(summit), [])
  })

  it('422 the old seats are kept when the new one is not to be had', async () => {
    const { first, second, long, someone, link } = await conflict({ capacity: 0 })
    assert.deepEqual(reasonsOn(await press(link, long, 'add', instead(first, second))), [
      '"Long" is sold out.',
    ])
    assert.deepEqual((await agenda(someone)).in, [first.id, second.id])
  })

  it('422 an old page that names too little is refused with the press that is right now', async () => {
    const { first, second, long, someone, link } = await conflict()
    for (const form of [{}, instead(first)]) {
      const { status, text } = await press(link, long, 'add', form)
      assert.equal(status, 422)
      const [alert] = /role="alert"[\s\S]*?<\/form>/.exec(text) ?? ['']
      assert.match(alert, new RegExp(`sessions/${long.id}/add"[\\s\\S]*value="${second.id}"`))
    }
    assert.deepEqual((await agenda(someone)).in, [first.id, second.id])
  })

  it('303 an old page gives up nothing that is no longer at the same time, gone, or no session', async () => {
    const { first, second, long, someone, link } = await conflict()
    await call('PUT', `/sessions/${second.id}`, { start_time: '14:00', end_time: '15:00' })
    await desk.drop(someone, first)
    const form = { instead_of: [...instead(first, second).instead_of, '999999999'] }
    const reply = await press(link, long, 'add', form)
    assert.equal(await told(reply), 'You have a seat in “Long”.')
    assert.deepEqual((await agenda(someone)).in, [second.id, long.id])
    assert.equal((await press(link, long, 'add', { instead_of: ['x'] })).status, 422)
  })

  for (const [name, had] of Object.entries({
    included: { selection_control: 'included' },
    locked: { locked_when_saved: 1 },
    started: { date: '2029-12-01', start_time: '08:00', end_time: '12:00' },
  }))
    it(`422 what is ${name} is not given up for it, and there is no button that says so`, async () => {
      const wanted = name === 'started' ? { date: '2029-12-01', start_time: '10:00', end_time: '11:00' } : {}
      const { first, second, long, someone, link } = await conflict(wanted, had)
      const { text } = await open(link)
      assert.match(text, /At the same time as “First &amp; &lt;b&gt;”, which you keep/)
      assert.equal(text.includes(`sessions/${long.id}/add`), false)
      assert.equal((await press(link, long, 'add', instead(first, second))).status, 422)
      assert.deepEqual((await agenda(someone)).in, [first.id, second.id])
    })

  it('303 an offer is accepted instead of them, and declined without giving up anything', async () => {
    const { summit, first, second, long, someone, link } = await conflict(
      { capacity: 1 },
      {},
      { waitlist_mode: 'offer' },
    )
    const holder = await person(summit, { session_ids: [long.id] })
    await desk.waitFor(someone, long, { on_conflict: 'swap' })
    await desk.drop(holder, long)
    assert.match(
      (await open(link)).text,
      /Accept<span class="unseen"> <bdi>Long<\/bdi><\/span> instead of <bdi>First[\s\S]*Decline/,
    )
    const reply = await press(link, long, 'accept', instead(first, second))
    assert.match((await told(reply))!, /^You have a seat in “Long”\. For it you gave up “First/)
    assert.deepEqual(await agenda(someone), { in: [long.id], waits: [] })
    assert.deepEqual(await findings(summit), [])
  })

  it('303 a free seat that passed by who waits for it is taken instead of them, without leaving the line first', async () => {
    const { summit, first, second, long, someone, link } = await conflict({ capacity: 1 })
    const holder = await person(summit, { session_ids: [long.id] })
    await desk.waitFor(someone, long)
    assert.equal((await open(link)).text.includes(`sessions/${long.id}/add`), false)
    await desk.drop(holder, long)
    const { text } = await open(link)
    assert.match(
      text,
      /Place 1 in line[\s\S]*?<button>Take<span class="unseen"> <bdi>Long<\/bdi><\/span> instead of/,
    )
    const reply = await press(link, long, 'add', instead(first, second))
    assert.match((await told(reply)) ?? '', /^You have a seat in “Long”\. For it you gave up /)
    assert.deepEqual(await agenda(someone), { in: [long.id], waits: [] })
    assert.deepEqual(await findings(summit), [])
  })

  it('303 in two tabs at the same moment, one of two swaps wins, and a seat is never lost', async () => {
    const { summit, first, second, long, someone, link } = await conflict()
    const rival = await session(summit, { name: 'Rival', prevent_session_conflicts: 1 })
    const replies = await Promise.all(
      [long, rival].map(wanted => press(link, wanted, 'add', instead(first, second))),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [303, 422])
    const { in: seats } = await agenda(someone)
    assert.equal(seats.length, 1)
    assert.ok([long.id, rival.id].includes(seats[0]!))
    assert.deepEqual(await findings(summit), [])
  })
})

describe('hostile input', () => {
  it('404 a token that is unknown opens and changes nothing; one of somebody else acts for them alone', async () => {
    const { summit, someone, talk } = await scene({})
    const other = await person(summit)
    const link = await linkOf(other)
    for (const token of ['x', '%00', 'a'.repeat(1000), `${link.slice(4, -1)}%0A`]) {
      for (const reply of [
        await open(`/my/${token}`),
        await press(`/my/${token}`, talk, 'give-up'),
        await send(`/my/${token}`, 'details', {}),
      ]) {
        assert.equal(reply.status, 404)
        assert.match(reply.text, /This link does not work any more/)
      }
    }
    await press(link, talk, 'give-up')
    await send(link, 'details', { id: someone.id, registrant_id: someone.id, first_name: 'Eve' })
    assert.deepEqual((await agenda(someone)).in, [talk.id])
    assert.equal((await desk.read(someone.id)).first_name, 'Ada')
    assert.equal((await desk.read(other.id)).first_name, 'Eve')
  })

  it('404 sessions that are no session, of another event, or not live are not even named', async () => {
    const { summit, someone, link } = await scene({})
    const elsewhere = await session(await event(), { name: 'Elsewhere' })
    const draft = await session(summit, { name: 'Secret', session_status: 'submitted' })
    for (const id of [elsewhere.id, draft.id, 0, -1, 'x', '1e3', '9'.repeat(40), '%00', '1%20or%201'])
      for (const deed of ['add', 'line-up', 'give-up']) {
        const { status, text } = await press(link, { id: id as number }, deed)
        assert.equal(status, 404)
        assert.doesNotMatch(text, /Elsewhere|Secret/)
      }
    assert.equal((await agenda(someone)).in.length, 1)
  })

  it('404 of a deed that is none, 422 of an on_conflict that is none', async () => {
    const { summit, talk, link } = await scene({})
    const full = await session(summit, { capacity: 0 })
    for (const deed of ['constructor', '__proto__', 'drop'])
      assert.equal((await press(link, talk, deed)).status, 404)
    for (const on_conflict of ['steal', { a: 1 }, ['swap', 'x']])
      assert.equal((await press(link, full, 'line-up', { on_conflict })).status, 422)
  })

  it('4xx bodies that cannot be read are answered with a page', async () => {
    const { link } = await scene({})
    const bodies: [number, string, string][] = [
      [400, 'application/json', '{'],
      [400, 'application/json', '[1]'],
      [413, 'application/x-www-form-urlencoded', `first_name=${'a'.repeat(1_100_000)}`],
      [415, 'text/plain', 'first_name=x'],
    ]
    for (const [status, type, payload] of bodies) {
      const reply = await raw({
        method: 'POST',
        url: `${link}/details`,
        headers: { 'content-type': type },
        payload,
      })
      assert.equal(reply.status, status)
      assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
      assert.match(reply.text, /role="alert"/)
    }
  })

  it('every text of people and sessions is escaped, in lists, buttons, reasons and forms', async () => {
    const nasty = `<script>alert("1")</script>' onfocus="x`
    const summit = await event({ name: nasty })
    const room = await make('locations', { event_id: summit.id, name: nasty })
    const held = await session(summit, {
      name: `${nasty}1`,
      prevent_session_conflicts: 1,
      location_id: room.id,
    })
    const wanted = await session(summit, { name: nasty, capacity: 0, sold_out_message: nasty })
    await make('event-questions', {
      event_id: summit.id,
      name: nasty,
      hint: nasty,
      type: 'radioList',
      choices: [nasty],
    })
    const someone = await person(summit, { first_name: nasty, session_ids: [held.id] })
    const link = await linkOf(someone)
    const pages = [
      await open(link),
      await press(link, wanted, 'add'),
      await send(link, 'details', { first_name: nasty.repeat(20), last_name: `"><img src=x onerror=y>` }),
    ]
    assert.deepEqual(
      pages.map(({ status }) => status),
      [200, 422, 422],
    )
    for (const { text } of pages) assert.doesNotMatch(text, /<script|<img|" onfocus/)
  })
})
