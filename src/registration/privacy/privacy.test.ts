import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { mailQueue } from '../../delivery/mail/mail.ts'

process.env.TEST_DATABASE_URL = await ownDatabase()
const app = await testApp()
const { call, make, pool } = app
const stranger = await testApp()
const queue = mailQueue({
  pool,
  now: () => new Date(),
  baseUrl: null,
  server: null,
  sender: { name: '', address: 'summit@example.org' },
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})

const event = await make('events', { name: 'Summit', timezone: 'UTC', status: 'live' })
const talk = await make('sessions', {
  event_id: event.id,
  name: 'Talk',
  date: '2030-01-01',
  start_time: '10:00',
})
const full = await make('sessions', { event_id: event.id, name: 'Full', date: '2030-01-02', capacity: 0 })
const [question] = await pool<{ id: number }[]>`
  insert into event_questions (account_id, event_id, name, type, required, visible, sort, created_at, updated_at)
  select account_id, id, 'Diet', 'textInput', 0, 1, 0, now(), now() from events where id = ${event.id} returning id`

let people = 0
/** A person all of whose texts begin with a word that nobody else has. */
async function somebody() {
  const word = `zq${++people}x`
  const registrant = await call(
    'POST',
    '/registrants/create?send_email=true',
    {
      event_id: event.id,
      email: `${word}@example.com`,
      cc_email: `${word}cc@example.com`,
      first_name: `${word}Ada`,
      last_name: `${word}"Love\\lace`,
      company: `${word} Ltd`,
      notes: `${word} notes`,
      bio: `<p>${word}</p>`,
      ip_address: `${word}.0.0.1`,
      reference: word,
      external_id: word,
      ext_token: word,
      secure_id: `${word}secure`,
      'work_address_id.line_1': `${word} street`,
      [`c_${question!.id}`]: `${word} nuts`,
      session_ids: [talk.id],
    },
    { 'idempotency-key': word },
  )
  assert.equal(registrant.status, 201)
  const { id } = registrant.body
  await call('PUT', `/registrants/update/${id}?send_email=true`, { job_title: `${word} job` })
  await call('POST', `/registrants/${id}/waitlist/${full.id}`)
  await call('POST', '/registrants/token', { id })
  await queue.dispatch()
  await call('POST', `/registrants/${id}/trigger-email/modified`)
  return { id, word }
}

/** The tables in which a text is found, with how many rows of each. */
async function tablesWith(text: string): Promise<Record<string, number>> {
  const tables = await pool<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`
  const found: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await pool`
      select count(*)::int as rows from ${pool(name)} t where strpos(lower(t::text), ${text.toLowerCase()}) > 0`
    if (row!.rows > 0) found[name] = row!.rows
  }
  return found
}

describe('GET /registrants/{id}/export', () => {
  it('200 is a file with everything that is held about the person', async () => {
    const { id, word } = await somebody()
    const { status, headers, body } = await call('GET', `/registrants/${id}/export`)
    assert.equal(status, 200)
    assert.equal(headers['content-disposition'], `attachment; filename="registrant-${id}.json"`)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(body.registrant.email, `${word}@example.com`)
    assert.equal(body.addresses.work.line_1, `${word} street`)
    assert.deepEqual(body.answers, { Diet: `${word} nuts` })
    assert.deepEqual(
      body.selections.map((each: any) => [each.name, each.state]),
      [
        ['Talk', 'selected'],
        ['Full', 'waitlisted'],
      ],
    )
    assert.deepEqual(
      body.history.map((each: any) => `${each.object} ${each.action}`),
      ['registrant create', 'selection create', 'registrant update', 'selection create'],
    )
    assert.deepEqual(
      body.letters.map((each: any) => [each.kind, each.state]),
      [
        ['confirmation', 'kept'],
        ['modified', 'kept'],
        ['modified', 'waiting'],
      ],
    )
    assert.equal(body.links.length, 1)
  })

  it('404 for a registrant of nobody', async () => {
    assert.equal((await call('GET', '/registrants/999999/export')).status, 404)
  })
})

describe('somebody who was deleted', () => {
  const gone = async () => {
    const person = await somebody()
    await call('DELETE', `/registrants/${person.id}`)
    return person
  }
  const historyOf = async (id: number) => (await call('GET', `/registrants/${id}/export`)).body.history

  it('200 exports what is still held of them: their history', async () => {
    const { id, word } = await gone()
    assert.deepEqual(Object.keys(await tablesWith(word)), ['changes', 'contacts', 'idempotency_keys'])
    const { status, body } = await call('GET', `/registrants/${id}/export`)
    const { exported_at: _now, history, ...rest } = body
    assert.equal(status, 200)
    assert.deepEqual(rest, {
      registrant: null,
      addresses: {},
      answers: {},
      selections: [],
      attendances: [],
      scans: [],
      letters: [],
      links: [],
    })
    assert.deepEqual(
      history.map((each: any) => `${each.object} ${each.action}`),
      [
        'registrant create',
        'selection create',
        'registrant update',
        'selection create',
        'selection delete',
        'selection delete',
        'registrant delete',
      ],
    )
    assert.equal(history.at(-1).before.email, `${word}@example.com`)
  })

  it('200 forgets them: no text of theirs is left, their history is, and the feed says so', async () => {
    const { id, word } = await gone()
    const other = await gone()
    const before = await historyOf(id)
    const kept = await tablesWith(other.word)
    const { status, body } = await call(
      'POST',
      `/registrants/${id}/forget`,
      {},
      { 'x-request-id': `forget-${id}` },
    )
    assert.deepEqual([status, body.id, body.email], [200, id, `forgotten-${id}@invalid`])
    assert.deepEqual(await tablesWith(word), {})
    assert.deepEqual(await tablesWith(other.word), kept)
    const {
      action,
      request_id,
      before: told,
    } = (await changesOf(app)).findLast(({ object }) => object === 'registrant')!
    assert.deepEqual(
      [action, request_id, told.id, told.email, told.forgotten_at.slice(0, 19)],
      ['delete', `forget-${id}`, id, body.email, body.forgotten_at.replace(' ', 'T')],
    )
    const now = await historyOf(id)
    assert.deepEqual(
      now.map((each: any) => `${each.object} ${each.action}`),
      [...before.map((each: any) => `${each.object} ${each.action}`), 'registrant delete'],
    )
  })

  it('200 a second time, also at the same time, changes nothing', async () => {
    const { id } = await gone()
    const forget = () => call('POST', `/registrants/${id}/forget`)
    const [one, two] = await Promise.all([forget(), forget()])
    const history = await historyOf(id)
    const three = await forget()
    assert.deepEqual([one.status, two.body, three.body], [200, one.body, one.body])
    assert.deepEqual(await historyOf(id), history)
    assert.equal(
      history.filter((each: any) => each.action === 'delete' && each.object === 'registrant').length,
      2,
    )
  })

  it('200 changes nothing for one who was forgotten before', async () => {
    const { id } = await somebody()
    const first = await call('POST', `/registrants/${id}/forget`)
    await call('DELETE', `/registrants/${id}`)
    const history = await historyOf(id)
    assert.deepEqual((await call('POST', `/registrants/${id}/forget`)).body, first.body)
    assert.deepEqual(await historyOf(id), history)
  })

  it('200 when their event is gone as well', async () => {
    const short = await make('events', { name: 'Short' })
    const { id } = await make('registrants', { event_id: short.id, email: 'zqlast@example.com' })
    await call('DELETE', `/events/${short.id}?force=1`)
    assert.equal((await historyOf(id)).at(-1).before.email, 'zqlast@example.com')
    assert.equal((await call('POST', `/registrants/${id}/forget`)).status, 200)
    assert.deepEqual(await tablesWith('zqlast'), {})
  })

  it('200 with validate_only keeps everything', async () => {
    const { id, word } = await gone()
    const before = await tablesWith(word)
    assert.equal((await call('POST', `/registrants/${id}/forget?validate_only=true`)).status, 200)
    assert.deepEqual(await tablesWith(word), before)
  })

  it('404 for another account', async () => {
    const { id } = await gone()
    for (const [method, path] of [
      ['GET', `/registrants/${id}/export`],
      ['POST', `/registrants/${id}/forget`],
    ] as const)
      assert.equal((await stranger.call(method, path)).status, 404)
  })
})

describe('POST /registrants/{id}/forget', () => {
  it('a request with a key that was answered with the person is 422 afterwards, and makes nobody', async () => {
    const key = { 'idempotency-key': 'zqrepeated@example.com' }
    const repeat = () =>
      call('POST', '/registrants/create', { event_id: event.id, email: 'zqrepeated@example.com' }, key)
    const first = await repeat()
    assert.deepEqual([first.status, (await repeat()).body], [201, first.body])
    const counted = async () => (await call('GET', `/registrants?event_id=${event.id}`)).body._meta.totalCount
    const before = await counted()
    await call('POST', `/registrants/${first.body.id}/forget`)
    assert.deepEqual(await tablesWith('zqrepeated'), {})
    for (let time = 0; time < 2; time++)
      assert.deepEqual(faultsIn(await repeat()), ['Idempotency-Key: forgotten'])
    const other = { event_id: event.id, email: 'zqother@example.com' }
    assert.deepEqual(faultsIn(await call('POST', '/registrants/create', other, key)), [
      'Idempotency-Key: forgotten',
    ])
    assert.equal(await counted(), before)
    assert.deepEqual(await tablesWith('zqrepeated'), {})
  })

  it('200 leaves no text of the person in any table, their seats where they were, and no place in a line', async () => {
    const { id, word } = await somebody()
    const other = await somebody()
    const before = (await call('GET', `/sessions/${talk.id}/seats`)).body
    assert.deepEqual(Object.keys(await tablesWith(word)), [
      'changes',
      'contacts',
      'idempotency_keys',
      'outbox',
      'registrants',
    ])
    const kept = await tablesWith(other.word)
    const { status, body } = await call('POST', `/registrants/${id}/forget`)
    assert.deepEqual([status, body.id, body.email], [200, id, `forgotten-${id}@invalid`])
    assert.deepEqual(await tablesWith(word), {})
    assert.deepEqual(await tablesWith(other.word), kept)
    assert.deepEqual((await call('GET', `/sessions/${talk.id}/seats`)).body, before)
    const waiting = (await call('GET', `/sessions/${full.id}/seats`)).body.line
    assert.equal(
      waiting.find((each: { registrant_id: number }) => each.registrant_id === id),
      undefined,
    )
    const registrant = (await call('GET', `/registrants/${id}`)).body
    assert.deepEqual(
      [registrant.session_ids, registrant.waitlisted_session_ids, registrant.registration_status],
      [[String(talk.id)], [], 'confirmed'],
    )
    const { history } = (await call('GET', `/registrants/${id}/export`)).body
    assert.deepEqual(
      history.map((each: any) => `${each.object} ${each.action}`),
      [
        'registrant create',
        'selection create',
        'registrant update',
        'selection create',
        'selection delete',
        'registrant update',
      ],
    )
    assert.equal(history.at(-2).before.why, 'registrant_forgotten')
  })

  it('200 declines offers: the seat goes to the next in line in the same step', async () => {
    const summit = await make('events', { name: 'Offers', waitlist_mode: 'offer' })
    const lab = await make('sessions', { event_id: summit.id, name: 'L', date: '2030-01-03', capacity: 1 })
    const [holder, first, second] = await Promise.all(
      ['h', 'f', 's'].map(name =>
        make('registrants', { event_id: summit.id, email: `${name}@example.com`, session_ids: [] }),
      ),
    )
    const seat = (who: { id: number }) => `/registrants/${who.id}/session/${lab.id}`
    await call('POST', seat(holder!))
    for (const who of [first!, second!]) await call('POST', `/registrants/${who.id}/waitlist/${lab.id}`)
    await call('DELETE', seat(holder!))
    assert.equal((await call('POST', `/registrants/${first!.id}/forget`)).status, 200)
    const { offers, line } = (await call('GET', `/sessions/${lab.id}/seats`)).body
    assert.deepEqual(
      [offers.map((each: { registrant_id: number }) => each.registrant_id), line],
      [[second!.id], []],
    )
  })

  it('200 a second time changes nothing', async () => {
    const { id } = await somebody()
    const first = await call('POST', `/registrants/${id}/forget`)
    const { version } = (await pool`select version from registrants where id = ${id}`)[0]!
    const second = await call('POST', `/registrants/${id}/forget`)
    assert.deepEqual(second.body, first.body)
    assert.deepEqual((await pool`select version from registrants where id = ${id}`)[0]!.version, version)
  })

  it('422 for whoever writes something about the person afterwards; what is not about who they are can change', async () => {
    const event = await make('events', { name: 'After' })
    const { id } = await make('registrants', { event_id: event.id, email: 'once@example.com' })
    await call('POST', `/registrants/${id}/forget`)
    const update = (body: object) => call('PUT', `/registrants/update/${id}`, body)
    for (const body of [
      { first_name: 'Ada' },
      { email: 'again@example.com' },
      { work_address_id: { city: 'Oslo' } },
    ])
      assert.deepEqual(faultsIn(await update(body)), ['id: forgotten'])
    assert.equal((await update({ registration_status: 'cancelled', first_name: '' })).status, 200)
    assert.equal((await call('GET', `/registrants/${id}`)).body.email, `forgotten-${id}@invalid`)
  })

  it('200 ends all mail to the person, also what waits already', async () => {
    const { id } = await somebody()
    await call('POST', `/registrants/${id}/forget`)
    assert.deepEqual((await call('POST', `/registrants/${id}/trigger-email/confirmation`)).body, {
      sent: 0,
      id,
      letter_id: null,
    })
    await call('PUT', `/registrants/update/${id}?send_email=true`, { session_ids: [] })
    await queue.dispatch()
    const { emailHistory } = (await call('GET', `/registrants/${id}?expand=emailHistory`)).body
    assert.deepEqual(
      emailHistory.map((each: any) => [each.kind, each.state, each.recipients, each.subject]),
      [
        ['confirmation', 'kept', [], null],
        ['modified', 'kept', [], null],
        ['modified', 'dropped', [], null],
      ],
    )
    assert.equal((await call('POST', '/registrants/token', { id })).status, 404)
  })

  it('200 with validate_only keeps everything', async () => {
    const { id, word } = await somebody()
    const before = await tablesWith(word)
    const { status, body } = await call('POST', `/registrants/${id}/forget?validate_only=true`)
    assert.deepEqual([status, body.email], [200, `forgotten-${id}@invalid`])
    assert.deepEqual(await tablesWith(word), before)
  })

  it('404 for a registrant of nobody', async () => {
    assert.equal((await call('POST', '/registrants/999999/forget')).status, 404)
  })
})
