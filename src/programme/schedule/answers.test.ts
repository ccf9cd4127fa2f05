import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, type Json, testApp } from '../../../test/support/app.ts'
import { attendeeAt } from '../../../test/support/attendee.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, seatDesk } from '../../../test/support/seats.ts'

const clock = handClock()
const app = await testApp({ clock, url: await ownDatabase() })
const { call, pool } = app
await pool`update tokens set expires_at = '2100-01-01'`
const { event, session, person, agenda, counts, findings } = seatDesk(app)
const { linkOf, open, press, send } = attendeeAt(app)

/** A registrant with two sessions, of which one was moved into the other; they were told. */
async function scene(more: Json = {}, settings: Json = {}) {
  const summit = await event({ timezone: 'Europe/Brussels', ...settings })
  const talk = await session(summit, { name: 'Talk', capacity: 1, ...more })
  const lab = await session(summit, { name: 'Lab', start_time: '14:00', end_time: '15:00' })
  const ada = await person(summit, { first_name: 'Ada', session_ids: [talk.id, lab.id] })
  const moved = await call('PUT', `/events/${summit.id}/schedule?send_email=1`, [
    { id: talk.id, start_time: '14:30', end_time: '15:30' },
  ])
  const undo = async (query = '') =>
    (await call('POST', `/events/${summit.id}/schedule/undo/${moved.body.change}?${query}`)).body
  const notice = async () =>
    (await call('GET', `/schedule-notices?event_id=${summit.id}&fields=*`)).body.items[0] as Json
  return { summit, talk, lab, ada, undo, notice, link: await linkOf(ada) }
}

describe('answers to a change of the schedule on the own page', () => {
  it('shows what was, what is, and what is at the same time, with one button for each answer', async () => {
    const { link, notice } = await scene()
    const { text } = await open(link)
    const [, part = ''] = /<section aria-labelledby="changes">([\s\S]*?)<\/section>/.exec(text) ?? []
    assert.match(
      part,
      /It was: Tuesday, 1 January 2030 at 10:00|It was: Tuesday, 1 January 2030, 10:00–11:00/,
    )
    assert.match(part, /Now: Tuesday, 1 January 2030, 14:30–15:30 \(CET, Europe\/Brussels\)/)
    assert.match(part, /At the same time as <bdi>Lab<\/bdi>, in which you have a seat, too\./)
    const buttons = [...part.matchAll(/<button[^>]*>([\s\S]*?)<\/button>/g)].map(([, inner]) =>
      inner!.replaceAll(/<[^>]*>/g, ''),
    )
    assert.deepEqual(buttons, ['Keep all of them: Talk', 'Give up Talk', 'Give up Lab'])
    assert.deepEqual([(await notice()).answer, (await notice()).effect], [null, 'in_conflict'])
  })

  it('keeps both seats with one press, puts that on record, and asks no more', async () => {
    const { link, ada, talk, lab, notice } = await scene()
    const { id } = await notice()
    const kept = await send(link, `changes/${id}/keep`, {})
    assert.deepEqual([kept.status, kept.headers.location], [303, `${link}?done=kept`])
    for (const other of [id, 0, 'abc', 999_999_999])
      assert.equal((await send(link, `changes/${other}/keep`, {})).headers.location, link)
    assert.match((await open(`${link}?done=kept`)).text, /You keep what you have\./)
    assert.doesNotMatch((await open(link)).text, /What has changed/)
    assert.deepEqual((await agenda(ada)).in, [talk.id, lab.id])
    const { answer, answered_at, told } = await notice()
    assert.deepEqual([answer, answered_at, told], ['keep', '2029-12-01 09:00:00', 1])
    const records = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'schedule_notice' && object_id === id,
    )
    assert.deepEqual(
      records.map(({ action, after }: Json) => [action, after.told, after.answer]),
      [
        ['create', 1, null],
        ['update', 1, 'keep'],
      ],
    )
  })

  it('gives up either with one press, and puts on record which', async () => {
    const { link, ada, talk, lab, notice, summit } = await scene()
    await press(link, lab, 'give-up')
    assert.deepEqual((await agenda(ada)).in, [talk.id])
    const { answer, gave_up_ids } = await notice()
    assert.deepEqual([answer, gave_up_ids], ['give_up', [lab.id]])
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('of somebody else is not taken', async () => {
    const { summit, notice } = await scene()
    const stranger = await linkOf(await person(summit))
    const { id } = await notice()
    await send(stranger, `changes/${id}/keep`, {})
    assert.equal((await notice()).answer, null)
  })

  it('nobody loses a seat by not answering', async () => {
    const { ada, talk, lab, summit } = await scene()
    clock.pass(60 * 24)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual((await agenda(ada)).in, [talk.id, lab.id])
    const { body } = await call('GET', `/events/${summit.id}/conflicts`)
    assert.deepEqual(
      body.items.map(({ type, people }: Json) => [type, people]),
      [['registrants_overlap', 1]],
    )
  })

  it('takes an offered repetition instead of the session that was moved', async () => {
    const summit = await event({ timezone: 'UTC' })
    const talk = await session(summit, { name: 'Talk', repeat_key: 'talk' })
    const lab = await session(summit, { name: 'Lab', start_time: '14:00', end_time: '15:00' })
    const again = await session(summit, {
      name: 'Talk again',
      start_time: '17:00',
      end_time: '18:00',
      repeat_key: 'talk',
      capacity: 1,
    })
    const ada = await person(summit, { first_name: 'Ada', session_ids: [talk.id, lab.id] })
    await call('PUT', `/events/${summit.id}/schedule?send_email=1`, [
      { id: talk.id, start_time: '14:30', end_time: '15:30' },
    ])
    const link = await linkOf(ada)
    assert.match(
      (await open(link)).text,
      /Accept<span class="unseen"> <bdi>Talk again<\/bdi><\/span> instead of <bdi>Talk<\/bdi>/,
    )
    const accepted = await press(link, again, 'accept', { instead_of: [talk.id] })
    assert.equal(accepted.status, 303)
    assert.deepEqual((await agenda(ada)).in, [lab.id, again.id])
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('an offered repetition that is not accepted goes, and the seats stay', async () => {
    const summit = await event({ timezone: 'UTC', waitlist_offer_minutes: 60 })
    const talk = await session(summit, { name: 'Talk', repeat_key: 'talk' })
    const lab = await session(summit, { name: 'Lab', start_time: '14:00', end_time: '15:00' })
    const again = await session(summit, {
      name: 'Again',
      start_time: '17:00',
      end_time: '18:00',
      repeat_key: 'talk',
    })
    const ada = await person(summit, { first_name: 'Ada', session_ids: [talk.id, lab.id] })
    await call('PUT', `/events/${summit.id}/schedule?send_email=1`, [
      { id: talk.id, start_time: '14:30', end_time: '15:30' },
    ])
    assert.deepEqual(await counts(again), [0, 0, 1, 0])
    clock.pass(61)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(
      [await counts(again), (await agenda(ada)).in],
      [
        [0, 0, 0, 0],
        [talk.id, lab.id],
      ],
    )
    assert.deepEqual(await findings(summit, clock.now()), [])
  })
})

describe('news on the own page', () => {
  it('are none of what was only renamed, or is again as it was', async () => {
    const summit = await event({ timezone: 'Europe/Brussels' })
    const talk = await session(summit, { name: 'Talk' })
    const lab = await session(summit, { name: 'Lab', start_time: '14:00', end_time: '15:00' })
    const ada = await person(summit, { first_name: 'Ada', session_ids: [talk.id, lab.id] })
    await call('PUT', `/events/${summit.id}/schedule?send_email=1`, [
      { id: talk.id, start_time: '16:00', end_time: '17:00' },
      { id: lab.id, name: 'Lab, renamed' },
    ])
    const link = await linkOf(ada)
    const part = async () =>
      /<section aria-labelledby="changes">([\s\S]*?)<\/section>/.exec((await open(link)).text)?.[1]
    assert.match((await part())!, /Talk/)
    assert.doesNotMatch((await part())!, /Lab, renamed/)
    await call('PUT', `/sessions/${talk.id}`, { start_time: '10:00', end_time: '11:00' })
    assert.equal(await part(), undefined)
  })
})

describe('an undoing after answers', () => {
  it('offers back what was given up, while it is free', async () => {
    const { link, ada, talk, lab, undo, summit } = await scene()
    await press(link, talk, 'give-up')
    const undone = await undo()
    assert.equal(undone.offered, 1)
    assert.deepEqual([await counts(talk), (await agenda(ada)).in], [[0, 0, 1, 0], [lab.id]])
    await press(link, talk, 'accept')
    assert.deepEqual((await agenda(ada)).in, [talk.id, lab.id])
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('says so in its rehearsal, and by e-mail when that is asked for', async () => {
    const { link, ada, talk, undo, summit } = await scene()
    await press(link, talk, 'give-up')
    const rehearsed = await undo('validate_only=1')
    assert.deepEqual(
      [rehearsed.offered, rehearsed.people.promoted.ids, rehearsed.people_not_told],
      [1, [ada.id], 1],
    )
    const undone = await undo('send_email=1')
    assert.deepEqual([undone.offered, undone.people_not_told], [1, undefined])
    const told =
      await pool`select registrant_id, session_id from outbox where event_id = ${summit.id} and kind = 'offer' and state = 'waiting'`
    assert.deepEqual([...told], [{ registrant_id: ada.id, session_id: talk.id }])
  })

  it('offers nothing back in a session that it does not restore', async () => {
    const { link, talk, undo } = await scene()
    await press(link, talk, 'give-up')
    await call('PUT', `/sessions/${talk.id}`, { start_time: '14:15' })
    const undone = await undo()
    assert.deepEqual([undone.refused.length, undone.offered], [1, undefined])
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('never takes it from others, and tells who has the session that it is as it was', async () => {
    const { link, talk, undo, summit } = await scene()
    await press(link, talk, 'give-up')
    const bob = await person(summit, { first_name: 'Ada', session_ids: [talk.id] })
    const undone = await undo('send_email=1')
    assert.equal('offered' in undone, false)
    assert.deepEqual([await counts(talk), (await agenda(bob)).in], [[1, 0, 0, 0], [talk.id]])
    const told =
      await pool`select registrant_id from outbox where event_id = ${summit.id} and kind = 'rescheduled' and state = 'waiting' order by id`
    assert.equal(told.at(-1)!.registrant_id, bob.id)
    assert.deepEqual(await findings(summit, clock.now()), [])
  })

  it('drops the e-mail that nobody got yet', async () => {
    const { ada, undo, link } = await scene()
    await undo()
    assert.doesNotMatch((await open(link)).text, /What has changed/)
    const { movesOf } = await import('../../delivery/mail/moves.ts')
    const { readAgendas } = await import('../../registration/agenda/agenda.ts')
    const [letter] =
      await pool`select moved from outbox where registrant_id = ${ada.id} and kind = 'rescheduled'`
    const agendas = await readAgendas(pool, [ada.id], clock.now())
    assert.deepEqual(movesOf(letter!.moved, agendas.of(ada.id)), [])
  })
})
