import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { attendeeAt } from '../../../test/support/attendee.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, seatDesk } from '../../../test/support/seats.ts'

const clock = handClock()
let waited = 0
const wait = (minutes: number) => {
  waited += minutes
  clock.pass(minutes)
}
// The token of the API would run out before the last test.
afterEach(() => wait(-waited))
const app = await testApp({ clock, url: await ownDatabase() })
const { make, pool } = app
const desk = seatDesk(app)
const { event, session, read, counts, change, findings } = desk
const person = (summit: { id: number }, more: Json = {}) =>
  desk.person(summit, { first_name: 'Ada', ...more })
const { linkOf, open, press, reasonsOn, send } = attendeeAt(app)

const question = (summit: { id: number }, type: string, more: Json = {}) =>
  make('event-questions', { event_id: summit.id, name: `${type}?`, type, ...more })

/** Somebody who has begun to register, with a seat that is held. */
async function beginner(summit: { id: number }) {
  const talk = await session(summit, { capacity: 5 })
  const someone = await person(summit, { registration_status: 'in_progress', session_ids: [talk.id] })
  return { talk, someone, link: await linkOf(someone) }
}

const lettersTo = ({ id }: { id: number }) =>
  pool`select kind from outbox where registrant_id = ${id} order by id`.then(rows =>
    rows.map(({ kind }) => kind),
  )

describe('an unfinished registration', () => {
  it('200 has the questions that attendees see, in order, with labels and hints', async () => {
    const summit = await event()
    const food = await question(summit, 'radioList', {
      name: 'What do you eat?',
      hint: 'For lunch',
      required: 1,
      choices: ['Meat', 'None'],
    })
    await question(summit, 'textInput', { name: 'Internal', visible: 0 })
    await question(summit, 'number', { name: 'How cold may it be?' })
    const { link } = await beginner(summit)
    const { text } = await open(link)
    // The decimal keyboards of phones have no minus, and in many languages no point.
    assert.doesNotMatch(text, /inputmode="decimal"/)
    assert.match(
      text,
      /Your registration is not finished\. Your seats are kept until Saturday, 1 December 2029 at 09:15 UTC\./,
    )
    assert.match(text, /<label for="first_name" dir="auto">First name<\/label>/)
    assert.match(
      text,
      new RegExp(
        `<fieldset role="radiogroup" aria-required="true" aria-invalid="false" aria-describedby="${food.attribute}-hint"><legend dir="auto">What do you eat\\? \\(required\\)</legend><p class="hint" id="${food.attribute}-hint" dir="auto">For lunch</p>`,
      ),
    )
    assert.doesNotMatch(text, /Internal|No answer/)
    assert.match(text, /<button class="main">Finish registration<\/button>/)
  })

  it('303 is finished with names and every kind of answer: it is confirmed, and held seats are selected', async () => {
    const summit = await event()
    const answers: [string, unknown, unknown][] = [
      ['textInput', 'Café 👩🏽‍💻', 'Café 👩🏽‍💻'],
      ['textArea', 'a\r\nb', 'a\r\nb'],
      ['email', 'a@b.example', 'a@b.example'],
      ['phone', '+32 2 123', '+32 2 123'],
      ['date', '2028-02-29', '2028-02-29'],
      ['time', '09:05', '09:05:00'],
      ['number', '12.5', 12.5],
      ['url', 'https://x.example/', 'https://x.example/'],
      ['flag', '1', 1],
    ]
    const form: Json = { first_name: 'Ada', last_name: 'Lovelace' }
    const wanted: Json = { first_name: 'Ada', last_name: 'Lovelace', registration_status: 'confirmed' }
    for (const [type, given, stored] of answers) {
      const { attribute } = await question(summit, type, { required: 1 })
      form[attribute] = given
      wanted[attribute] = stored
    }
    for (const type of ['dropDownList', 'radioList', 'checkboxList']) {
      const { attribute, choices } = await question(summit, type, { required: 1, choices: ['a', 'b'] })
      const [a, b] = choices.map(({ id, name }: Json) => ({ id, value: name }))
      form[attribute] = type === 'checkboxList' ? [String(a.id), String(b.id)] : String(a.id)
      wanted[attribute] = type === 'checkboxList' ? [a, b] : a
    }
    const { talk, someone, link } = await beginner(summit)
    const { status, headers } = await send(link, 'details', form)
    assert.deepEqual([status, headers.location], [303, `${link}?done=finished`])
    const stored = await read(someone.id)
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map(name => [name, stored[name]])), wanted)
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
    assert.deepEqual(await lettersTo(someone), ['confirmation'])
    const { text } = await open(`${link}?done=finished`)
    assert.match(text, /role="status"[^>]*>You are registered\./)
    assert.match(text, /value="Café 👩🏽‍💻"/)
    assert.match(text, /<textarea [^>]*>\na\r?\nb<\/textarea>/)
    assert.match(text, /type="time"[^>]*value|value="09:05:00"/)
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('422 without a required answer it stays as it is: a message beside each field and in the summary, values kept', async () => {
    const summit = await event()
    const food = await question(summit, 'dropDownList', {
      name: 'Food',
      hint: 'h',
      required: 1,
      choices: ['a'],
    })
    const terms = await question(summit, 'flag', { name: 'Terms', required: 1 })
    const days = await question(summit, 'checkboxList', { name: 'Days', required: 1, choices: ['Mo', 'Tu'] })
    const phone = await question(summit, 'phone', { name: 'Phone' })
    const { talk, someone, link } = await beginner(summit)
    const reply = await send(link, 'details', {
      first_name: 'Ada "L"',
      last_name: 'L'.repeat(256),
      [phone.attribute]: 'call me',
    })
    assert.deepEqual(reasonsOn(reply), [
      'Last name: This should contain at most 255 characters.',
      'Food: Please answer this question.',
      'Terms: Please tick this box.',
      'Days: Please answer this question.',
      'Phone: Please write a phone number, such as +32 2 123 45 67.',
    ])
    const { text } = reply
    assert.match(text, /name="first_name"[^>]* value="Ada &quot;L&quot;"/)
    assert.match(text, /value="call me"/)
    for (const { attribute } of [food, terms, days, phone]) {
      assert.match(text, new RegExp(`<a href="#${attribute}">`))
      assert.match(text, new RegExp(`<p class="fault" id="${attribute}-fault" dir="auto">Please`))
      assert.match(text, new RegExp(` id="${attribute}"`))
    }
    assert.match(
      text,
      new RegExp(`aria-invalid="true" aria-describedby="${food.attribute}-hint ${food.attribute}-fault"`),
    )
    const stored = await read(someone.id)
    assert.deepEqual([stored.registration_status, stored.first_name], ['in_progress', 'Ada'])
    assert.deepEqual(await counts(talk), [0, 1, 0, 0])
    assert.deepEqual(await lettersTo(someone), [])
  })

  it('303 each change of seats renews the hold', async () => {
    const summit = await event()
    const { talk, someone, link } = await beginner(summit)
    wait(10)
    await press(link, talk, 'give-up')
    wait(10)
    assert.equal((await press(link, talk, 'add')).status, 303)
    assert.equal((await read(someone.id)).registration_status, 'in_progress')
    assert.deepEqual(await counts(talk), [0, 1, 0, 0])
  })

  it('422 one that has run out is not finished as if nothing had happened, but begun again', async () => {
    const summit = await event()
    const { attribute } = await question(summit, 'textInput', { required: 1 })
    const { talk, someone, link } = await beginner(summit)
    wait(16)
    const reply = await send(link, 'details', { [attribute]: 'kept' })
    assert.deepEqual(reasonsOn(reply), ['This registration is expired.'])
    assert.match(reply.text, /your seats have been given back/)
    assert.match(reply.text, /value="kept"/)
    assert.match(reply.text, /action="[^"]*\/again"/)
    assert.doesNotMatch(reply.text, /Other sessions/)
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
    assert.equal((await send(link, 'again', {})).status, 422)
    assert.equal((await send(link, 'again', { [attribute]: 'kept' })).status, 303)
    assert.equal((await read(someone.id)).registration_status, 'confirmed')
    assert.equal((await press(link, talk, 'add')).status, 303)
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('422 nobody comes back into an event that is sold out meanwhile', async () => {
    const summit = await event({ capacity: 1 })
    const { someone, link } = await beginner(summit)
    wait(16)
    await person(summit)
    assert.deepEqual(reasonsOn(await send(link, 'again', {})), ['The event is sold out.'])
    assert.equal((await read(someone.id)).registration_status, 'expired')
  })

  it('422 what is wrong in the form and what speaks against the seats is said at once', async () => {
    const summit = await event({ capacity: 1 })
    const { link } = await beginner(summit)
    await question(summit, 'number', { name: 'Cold' })
    const [{ attribute }] = (await app.call('GET', `/event-questions?event_id=${summit.id}`)).body.items
    wait(16)
    await person(summit)
    assert.deepEqual(reasonsOn(await send(link, 'again', { [attribute]: 'x' })), [
      'Cold: Please write a number, such as 12.5.',
      'The event is sold out.',
    ])
    const nobody = await person(await event(), { first_name: null })
    const full = await session({ id: nobody.event_id }, { name: 'Full', capacity: 0 })
    const reasons = reasonsOn(await press(await linkOf(nobody), full, 'add'))
    assert.deepEqual(reasons, ['First name: Please write a first or a last name.', '"Full" is sold out.'])
  })

  it('422 nobody finishes, or comes back, after registration has closed', async () => {
    const closing = await event({ close_date: '2029-12-31' })
    const late = await beginner(closing)
    wait(16)
    await app.call('PUT', `/events/${closing.id}`, { close_date: '2029-11-30' })
    for (const path of ['details', 'again']) assert.equal((await send(late.link, path, {})).status, 422)
    assert.notEqual((await read(late.someone.id)).registration_status, 'confirmed')
  })

  it('303 is finished once, however often the button is pressed', async () => {
    const { talk, someone, link } = await beginner(await event())
    const replies = await Promise.all(
      ['a', 'b', 'c'].map(first_name => send(link, 'details', { first_name })),
    )
    assert.deepEqual(
      replies.map(({ status }) => status),
      [303, 303, 303],
    )
    assert.deepEqual(await lettersTo(someone), ['confirmation'])
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })
})

describe('the details of an active registration', () => {
  it('303 are changed and taken back; what attendees do not see stays', async () => {
    const summit = await event()
    const line = await question(summit, 'textInput')
    const hidden = await question(summit, 'textInput', { visible: 0 })
    const list = await question(summit, 'checkboxList', { choices: ['a', 'b'] })
    const flag = await question(summit, 'flag')
    const [a] = list.choices
    const someone = await person(summit, {
      first_name: 'Ada',
      [line.attribute]: 'x',
      [hidden.attribute]: 'internal',
      [list.attribute]: [a.id],
      [flag.attribute]: 1,
      registration_status: 'pending',
    })
    const link = await linkOf(someone)
    assert.match(
      (await open(link)).text,
      /<input type="checkbox" name="c_\d+\[\]" id="c_\d+" value="\d+" checked>/,
    )
    const form = { first_name: '', last_name: 'L', [line.attribute]: '', [hidden.attribute]: 'hacked' }
    const { headers } = await send(link, 'details', form)
    assert.equal(headers.location, `${link}?done=saved`)
    assert.match((await open(`${link}?done=saved`)).text, /Your details are saved\./)
    const stored = await read(someone.id)
    assert.deepEqual(
      [
        stored.first_name,
        stored.last_name,
        stored[line.attribute],
        stored[hidden.attribute],
        stored[list.attribute],
        stored[flag.attribute],
        stored.registration_status,
      ],
      [null, 'L', null, 'internal', [], 0, 'pending'],
    )
  })

  it('422 a required answer is not taken back, and one that the API left open has to be given', async () => {
    const summit = await event()
    const { attribute } = await question(summit, 'textInput', { name: 'Why', required: 1 })
    const [open, given] = [await person(summit), await person(summit, { [attribute]: 'x' })]
    for (const [who, form] of [
      [open, {}],
      [given, { [attribute]: '  ' }],
    ] as const)
      assert.deepEqual(reasonsOn(await send(await linkOf(who), 'details', form)), [
        'Why: Please answer this question.',
      ])
    assert.equal((await read(given.id))[attribute], 'x')
    assert.equal((await send(await linkOf(given), 'details', { first_name: 'A' })).status, 303)
    assert.equal((await read(given.id))[attribute], 'x')
  })

  it('303 nothing but names and answers is written, whatever the form says', async () => {
    const summit = await event()
    const someone = await person(summit)
    const before = await read(someone.id)
    const form = {
      email: 'eve@example.com',
      registration_status: 'cancelled',
      reg_type_id: 1,
      notes: 'x',
      session_ids: [1],
      secure_id: 'x',
      custom_fields: { c_1: 'x' },
      company: 'x',
    }
    assert.equal((await send(await linkOf(someone), 'details', form)).status, 303)
    const { updated_at: _now, ...stored } = await read(someone.id)
    const { updated_at: _then, ...earlier } = before
    assert.deepEqual(stored, earlier)
  })

  it('422 hostile values are refused beside their field, and none of them is stored', async () => {
    const summit = await event()
    const types = [
      'textInput',
      'email',
      'date',
      'time',
      'number',
      'url',
      'phone',
      'radioList',
      'checkboxList',
    ]
    const questions = []
    for (const type of types)
      questions.push(await question(summit, type, type.endsWith('List') ? { choices: ['a'] } : {}))
    const someone = await person(summit)
    const link = await linkOf(someone)
    for (const value of ['a\0', '999999999', '<script>x</script>'.repeat(2000)]) {
      const form = Object.fromEntries(questions.map(({ attribute }) => [attribute, value]))
      const { status, text } = await send(link, 'details', { first_name: `${value}\0`, ...form })
      assert.equal(status, 422)
      assert.doesNotMatch(text, /<script|\0/)
    }
    for (const value of [{ toString: 1 }, [{ a: 1 }], [[['x']]], { id: { id: 1 } }, 12, null, true])
      assert.equal(
        (
          await send(
            link,
            'details',
            Object.fromEntries(questions.map(({ attribute }) => [attribute, value])),
          )
        ).status,
        303,
      )
    const stored = await read(someone.id)
    assert.deepEqual(
      questions.map(({ attribute }) => stored[attribute]),
      [null, null, null, null, null, null, null, { id: '', value: null }, []],
    )
  })

  it('303 a change of the organiser in the same moment is kept', async () => {
    const summit = await event()
    const { someone, link } = await beginner(summit)
    await Promise.all([
      send(link, 'details', { first_name: 'Ada' }),
      change(someone, { registration_status: 'attended', company: 'Acme' }),
      send(link, 'details', { first_name: 'Ada' }),
    ])
    const stored = await read(someone.id)
    assert.deepEqual(
      [stored.registration_status, stored.first_name, stored.company],
      ['attended', 'Ada', 'Acme'],
    )
  })
})

describe('what has to be told first', () => {
  const nameless = { first_name: null, last_name: null }

  it('422 no seat is taken, and no line joined, before a name and every required answer; the form comes first', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const food = await question(summit, 'textInput', { name: 'Food', required: 1 })
    const terms = await question(summit, 'flag', { name: 'Terms', required: 1 })
    await question(summit, 'textInput', { name: 'Internal', required: 1, visible: 0 })
    await question(summit, 'textInput', { name: 'Wish' })
    const talk = await session(summit, { capacity: 5 })
    const full = await session(summit, { name: 'Full', capacity: 1 })
    const holder = await person(summit, { session_ids: [full.id] })
    const someone = await person(summit, { ...nameless, [terms.attribute]: 0 })
    await desk.waitFor(someone, full)
    await desk.drop(holder, full)
    const link = await linkOf(someone)
    const { text } = await open(link)
    assert.match(
      text,
      /complete your details<\/a> first[\s\S]*<h2 id="details">[\s\S]*<h2>Seats that are kept/,
    )
    assert.match(text, /<a href="#details">Complete your details to accept it<\/a>[\s\S]*Decline</)
    assert.doesNotMatch(text, /(Add|Accept|Join the line)<span/)
    const wanted = [
      'First name: Please write a first or a last name.',
      'Food: Please answer this question.',
      'Terms: Please tick this box.',
    ]
    for (const [which, deed] of [
      [talk, 'add'],
      [talk, 'line-up'],
      [full, 'accept'],
    ] as const) {
      const reply = await press(link, which, deed)
      assert.deepEqual(reasonsOn(reply), wanted)
      assert.match(reply.text, new RegExp(`id="${food.attribute}-fault"`))
    }
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
    const form = { last_name: 'L', [food.attribute]: 'soup', [terms.attribute]: '1' }
    assert.equal((await send(link, 'details', form)).status, 303)
    for (const [which, deed] of [
      [talk, 'add'],
      [full, 'accept'],
    ] as const)
      assert.equal((await press(link, which, deed)).status, 303)
    assert.deepEqual(
      [await counts(talk), await counts(full)],
      [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
      ],
    )
  })

  it('303 giving up, leaving and declining ask for nothing', async () => {
    const summit = await event()
    const talk = await session(summit)
    const full = await session(summit, { capacity: 0 })
    const someone = await person(summit, { ...nameless, session_ids: [talk.id] })
    await desk.waitFor(someone, full)
    const link = await linkOf(someone)
    assert.equal((await press(link, talk, 'give-up')).status, 303)
    assert.equal((await press(link, full, 'leave')).status, 303)
    assert.deepEqual(await desk.agenda(someone), { in: [], waits: [] })
  })

  it('422 a registration is not finished, or begun again, without a name; either name will do', async () => {
    const summit = await event()
    const unnamed = { registration_status: 'in_progress', ...nameless }
    const people = [await person(summit, unnamed), await person(summit, unnamed)]
    const [link, again] = await Promise.all(people.map(linkOf))
    const refusal = ['First name: Please write a first or a last name.']
    for (const first_name of ['', '  ', '\u200b\u2060', undefined])
      assert.deepEqual(reasonsOn(await send(link!, 'details', { first_name, last_name: '\u00a0' })), refusal)
    assert.equal((await read(people[0].id)).registration_status, 'in_progress')
    assert.equal((await send(link!, 'details', { first_name: '', last_name: '🦊' })).status, 303)
    wait(16)
    assert.deepEqual(reasonsOn(await send(again!, 'again', {})), refusal)
    assert.equal((await send(again!, 'again', { first_name: 'Bo' })).status, 303)
    assert.deepEqual(await Promise.all(people.map(async ({ id }) => (await read(id)).registration_status)), [
      'confirmed',
      'confirmed',
    ])
  })

  it('422 the last name that is left cannot be emptied', async () => {
    const someone = await person(await event(), { first_name: 'Ada', last_name: 'L' })
    const link = await linkOf(someone)
    assert.equal((await send(link, 'details', { first_name: '' })).status, 303)
    for (const form of [{ last_name: ' ' }, { first_name: '', last_name: '' }])
      assert.equal((await send(link, 'details', form)).status, 422)
    const { first_name, last_name } = await read(someone.id)
    assert.deepEqual([first_name, last_name], [null, 'L'])
  })

  it('422 a box that must be ticked is not ticked by saying no', async () => {
    const summit = await event()
    const { attribute } = await question(summit, 'flag', { name: 'Terms', required: 1 })
    const link = await linkOf(await person(summit))
    for (const no of ['0', 'false', 'no', ''])
      assert.deepEqual(reasonsOn(await send(link, 'details', { [attribute]: no })), [
        'Terms: Please tick this box.',
      ])
  })

  it('303 a required list of an earlier version, without choices, keeps nobody out', async () => {
    const summit = await event()
    const { id, attribute } = await question(summit, 'radioList', { name: 'Size' })
    await pool`update event_questions set required = 1 where id = ${id}`
    await app.call('PUT', `/event-questions/${id}`, { sort: 1 })
    const { talk, link } = await beginner(summit)
    assert.doesNotMatch((await open(link)).text, /Size \(required\)/)
    assert.equal((await send(link, 'details', { [attribute]: '' })).status, 303)
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })
})
