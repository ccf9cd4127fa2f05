import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, type Json, testApp } from '../../../test/support/app.ts'

let now = new Date()
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000)
}
const app = await testApp({ clock: { now: () => now } })
const { make, call } = app
const event = await make('events', { name: 'Summit' })
const session = await make('sessions', { event_id: event.id, name: 'S', date: '2099-01-01', capacity: 100 })
const regType = await make('reg-types', { event_id: event.id, name: 'Student' })
const question = await make('event-questions', {
  event_id: event.id,
  name: 'Diet',
  type: 'checkboxList',
  choices: [{ name: 'a' }, { name: 'b' }],
})
const read = (who: Json) => call('GET', `/registrants/${who.id}`)
const letters = async () => (await call('GET', `/outbox?event_id=${event.id}`)).body._meta.totalCount

/** What a piece of work leaves behind: version, change records, letters. */
async function tracesOf(who: Json, work: () => Promise<unknown>) {
  const look = async () => ({
    version: Number(/"(\d+)-/.exec((await read(who)).headers.etag)![1]),
    changes: (await changesOf(app)).length,
    letters: await letters(),
  })
  const before = await look()
  later(1)
  await work()
  const after = await look()
  return {
    version: after.version - before.version,
    changes: after.changes - before.changes,
    letters: after.letters - before.letters,
  }
}
const none = { version: 0, changes: 0, letters: 0 }
const person = (more: Json = {}) =>
  make('registrants', {
    event_id: event.id,
    email: 'ada@example.com',
    first_name: 'Ada',
    birth_date: '1970-12-10',
    reg_type_id: regType.id,
    session_ids: [session.id],
    work_address_id: { line_1: '1 Street', city: 'Brussels' },
    [question.attribute]: question.choices.map((choice: Json) => choice.id),
    ...more,
  })
const ok = async (reply: Promise<{ status: number; body: Json }>) => {
  const { status, body } = await reply
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

describe('a write of what is there already', () => {
  it('changes nothing: a record that is read and written back', async () => {
    const who = await person()
    const { body } = await read(who)
    const answer = () => ok(call('PUT', `/registrants/${who.id}?send_email=true`, body))
    assert.deepEqual(await tracesOf(who, answer), none)
    assert.deepEqual(await answer(), body)
  })

  it('changes nothing, member by member, and still compares If-Match', async () => {
    const who = await person()
    const equal: Json[] = [
      { first_name: 'Ada' },
      { company: '' },
      { birth_date: '1970-12-10' },
      { 'work_address_id.city': 'Brussels' },
      { home_address_id: { line_1: null } },
      { [question.attribute]: question.choices.map((choice: Json) => String(choice.id)) },
      { registration_status: 'confirmed' },
      { session_ids: [session.id], reg_type_id: { id: regType.id } },
    ]
    for (const body of equal)
      assert.deepEqual(
        await tracesOf(who, () => ok(call('PUT', `/registrants/${who.id}?send_email=true`, body))),
        none,
        JSON.stringify(body),
      )
    const stale = await call('PUT', `/registrants/${who.id}`, equal[0], { 'if-match': '"7-x"' })
    assert.equal(stale.status, 412)
  })

  it('is told from one that changes something', async () => {
    const who = await person()
    const other: Json[] = [
      { first_name: 'Augusta' },
      { 'work_address_id.city': null },
      { [question.attribute]: [question.choices[0].id] },
      { [question.attribute]: '' },
      { registration_status: 'pending' },
    ]
    for (const body of other)
      assert.deepEqual(
        await tracesOf(who, () => ok(call('PUT', `/registrants/${who.id}?send_email=true`, body))),
        { version: 1, changes: 1, letters: 1 },
        JSON.stringify(body),
      )
  })

  it('changes nothing by external id, or for somebody who is cancelled already', async () => {
    const body = { event_id: event.id, email: 'x@example.com', first_name: 'X' }
    const who = (await call('PUT', '/registrants/external/x-1', body)).body
    const again = () => ok(call('PUT', '/registrants/external/x-1?send_email=true', body))
    assert.deepEqual(await tracesOf(who, again), none)
    const cancel = () =>
      ok(call('PUT', `/registrants/${who.id}?send_email=true`, { registration_status: 'cancelled' }))
    assert.deepEqual(await tracesOf(who, cancel), { version: 1, changes: 1, letters: 1 })
    assert.deepEqual(await tracesOf(who, cancel), none)
  })

  it('changes nothing when two equal ones come at once: the second sees what the first wrote', async () => {
    const who = await person()
    const rename = () => ok(call('PUT', `/registrants/${who.id}?send_email=true`, { first_name: 'Both' }))
    assert.deepEqual(await tracesOf(who, () => Promise.all([rename(), rename()])), {
      version: 1,
      changes: 1,
      letters: 1,
    })
  })

  it('is a second check-in: the answer says that it is not the first', async () => {
    const who = await person()
    const checkIn = () => ok(call('POST', '/registrants/checkin', { id: who.id }))
    const first = await checkIn()
    assert.deepEqual([first.status, first.first_check_in], ['Attended', true])
    later(1)
    assert.deepEqual(await checkIn(), { ...first, first_check_in: false })
    assert.deepEqual(await tracesOf(who, checkIn), none)
  })
})

describe('an unfinished registration', () => {
  it('is held longer by every PUT, without a new version', async () => {
    const who = await person({ registration_status: 'in_progress' })
    const { hold_expires_at } = (await read(who)).body
    const touch = () => ok(call('PUT', `/registrants/${who.id}`, {}))
    assert.deepEqual(await tracesOf(who, touch), none)
    assert.ok((await read(who)).body.hold_expires_at > hold_expires_at)
    await call('PUT', `/registrants/${who.id}`, { registration_status: 'cancelled' })
  })

  it('tells who registers again after it ran out which seats they had', async () => {
    const who = await person({ registration_status: 'in_progress' })
    later(15 * 60)
    await app.parts.desk.giveBackExpired()
    const had = [String(session.id)]
    const ranOut = (await read(who)).body
    assert.deepEqual(
      [ranOut.registration_status, ranOut.session_ids, ranOut.expired_session_ids],
      ['expired', [], had],
    )
    await ok(call('PUT', `/registrants/${who.id}`, { first_name: 'Again' }))
    assert.deepEqual((await read(who)).body.expired_session_ids, had)
    const back = await ok(call('PUT', `/registrants/${who.id}`, { registration_status: 'confirmed' }))
    assert.deepEqual([back.session_ids, back.expired_session_ids], [[], had])
    assert.deepEqual((await read(who)).body.expired_session_ids, [])
  })
})
