import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import ICAL from 'ical.js'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { mailQueue } from './mail.ts'

const app = await testApp({ url: await ownDatabase() })
const { call, pool } = app
const { event, session, person, waitFor, change } = seatDesk(app)
const queue = mailQueue({
  pool,
  now: () => new Date(),
  baseUrl: null,
  server: null,
  sender: { name: 'Summit', address: 'summit@example.org' },
  warn: error => assert.fail(String(error)),
  fault: error => assert.fail(String(error)),
})
after(() => queue.close())

const mail = '?send_email=true'

/** Somebody with two sessions, whose confirmation has gone out. */
async function confirmed() {
  const summit = await event({ status: 'live' })
  const one = await session(summit, { name: 'One' })
  const two = await session(summit, { name: 'Two' })
  const body = { event_id: summit.id, email: 'ada@example.com', session_ids: [one.id, two.id] }
  const { body: ada } = await call('POST', `/registrants/create${mail}`, body)
  const [confirmation] = await written(ada)
  return { one, two, ada, confirmation: confirmation! }
}

/** The e-mails to somebody, as they are written now. */
async function written({ id }: { id: number }): Promise<Json[]> {
  await queue.dispatch()
  return pool`select * from outbox where registrant_id = ${id} order by id`
}

/** What the calendar of an e-mail says of each session: its status, by UID and name. */
const entriesIn = ({ calendar }: Json) =>
  ICAL.Component.fromString(calendar)
    .getAllSubcomponents('vevent')
    .map(each => ['uid', 'summary', 'status'].map(name => String(each.getFirstPropertyValue(name))))
    .sort((a, b) => a[1]!.localeCompare(b[1]!))

const trigger = async (ada: { id: number }, type: string) => {
  await call('POST', `/registrants/${ada.id}/trigger-email/${type}`)
  return (await written(ada)).at(-1)!
}

describe('the calendar of an e-mail', () => {
  it('cancels what an earlier one has, however it was lost', async () => {
    const losses: Record<string, (known: Awaited<ReturnType<typeof confirmed>>) => Promise<unknown>> = {
      modified: ({ ada }) => change(ada, { session_ids: [] }),
      cancelled: ({ ada }) => change(ada, { registration_status: 'cancelled' }),
    }
    for (const [type, lose] of Object.entries(losses)) {
      const known = await confirmed()
      await lose(known)
      const letter = await trigger(known.ada, type)
      const was = entriesIn(known.confirmation)
      assert.deepEqual(
        entriesIn(letter),
        was.map(([uid, name]) => [uid, name, 'CANCELLED']),
      )
    }
  })

  it('cancels what was given up to wait for it again, and what an e-mail that was not needed would have', async () => {
    const { ada, one, two, confirmation } = await confirmed()
    await call('DELETE', `/registrants/${ada.id}/session/${one.id}${mail}`)
    await pool`update sessions set capacity = selected_count where id = ${one.id}`
    await waitFor(ada, one)
    await call('PUT', `/registrants/update/${ada.id}${mail}`, { registration_status: 'cancelled' })
    const letter = (await written(ada)).at(-1)!
    assert.equal(letter.kind, 'cancelled')
    const was = entriesIn(confirmation)
    assert.deepEqual(
      entriesIn(letter),
      was.map(([uid, name]) => [uid, name, 'CANCELLED']),
    )
    assert.deepEqual(letter.dropped_session_ids, [two.id])
  })

  it('says nothing of what no e-mail had, and cancels once', async () => {
    const summit = await event({ status: 'live' })
    const talk = await session(summit)
    const ada = await person(summit, { session_ids: [talk.id] })
    await change(ada, { session_ids: [] })
    assert.equal((await trigger(ada, 'modified')).calendar, null)
    const told = await confirmed()
    await change(told.ada, { session_ids: [] })
    assert.equal(entriesIn(await trigger(told.ada, 'modified')).length, 2)
    assert.equal((await trigger(told.ada, 'modified')).calendar, null)
  })

  it('cancels what it may have had, where an earlier version wrote it', async () => {
    const { ada, one } = await confirmed()
    await pool`update outbox set calendar_session_ids = null where registrant_id = ${ada.id}`
    await call('DELETE', `/registrants/${ada.id}/session/${one.id}`)
    const entries = entriesIn(await trigger(ada, 'modified'))
    assert.deepEqual(
      entries.map(([, name, status]) => [name, status]),
      [
        ['One', 'CANCELLED'],
        ['Two', 'CONFIRMED'],
      ],
    )
  })
})

describe('an e-mail that still waits', () => {
  it('is dropped for a later one of its kind, which names what both would have named', async () => {
    const { ada, one, two } = await confirmed()
    await call('DELETE', `/registrants/${ada.id}/session/${one.id}${mail}`)
    await call('DELETE', `/registrants/${ada.id}/session/${two.id}${mail}`)
    const [, first, second] = await written(ada)
    assert.deepEqual([first!.state, first!.last_error], ['dropped', 'A later e-mail says it.'])
    assert.equal(second!.state, 'kept')
    assert.match(second!.body_text, /No longer on your agenda\n\n\* One\n[\s\S]*\n\* Two\n/)
  })

  it('is sent all the same when it is of another kind, about another session, or has reached somebody', async () => {
    const { ada, one, two } = await confirmed()
    for (const { id } of [one, two])
      await call('PUT', `/sessions/update/${id}${mail}`, { session_status: 'rejected' })
    await call('PUT', `/registrants/update/${ada.id}${mail}`, { first_name: 'Ada' })
    await pool`update outbox set delivered = array['ada@example.com'] where registrant_id = ${ada.id} and kind = 'modified'`
    await call('PUT', `/registrants/update/${ada.id}${mail}`, { first_name: 'Ada Maria' })
    assert.deepEqual(
      (await written(ada)).slice(1).map(({ kind, state }) => [kind, state]),
      [
        ['withdrawn', 'kept'],
        ['withdrawn', 'kept'],
        ['modified', 'kept'],
        ['modified', 'kept'],
      ],
    )
  })

  it('is one for changes that come at the same time', async () => {
    const { ada, one, two } = await confirmed()
    await Promise.all(
      [one, two].map(({ id }) => call('DELETE', `/registrants/${ada.id}/session/${id}${mail}`)),
    )
    const letters = (await written(ada)).slice(1).filter(({ state }) => state === 'kept')
    assert.equal(letters.length, 1)
    assert.deepEqual(letters[0]!.dropped_session_ids.toSorted(), [one.id, two.id].toSorted())
  })
})
