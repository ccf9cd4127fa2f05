import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { reasonsIn, seatDesk } from '../../../test/support/seats.ts'
import { transaction } from '../../db/connection.ts'
import { emptyWish, type Wish } from '../../seats/rules/wish.ts'
import { carryOut } from './registration.ts'

const app = await testApp()
const { call, make, pool } = app
const desk = seatDesk(app)
const { event, session, person, claim, drop, waitFor, leave, change, agenda, counts, line, findings, moves } =
  desk

const setAgenda = (who: { id: number }, body: object) => call('PUT', `/registrants/${who.id}/agenda`, body)

describe('POST /registrants/create', () => {
  it('422 keeps neither person nor seats when one session is refused', async () => {
    const summit = await event()
    const [open, full] = [await session(summit), await session(summit, { capacity: 0 })]
    const body = { event_id: summit.id, email: 'x@example.com', session_ids: [open.id, full.id] }
    assert.deepEqual(reasonsIn(await call('POST', '/registrants/create', body)), [`sold_out ${full.id}`])
    assert.deepEqual(await counts(open), [0, 0, 0, 0])
    assert.equal((await call('GET', `/registrants?event_id=${summit.id}`)).body._meta.totalCount, 0)
  })

  it('200 with validate_only says what would be, and keeps nothing', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const { status, body } = await call('POST', '/registrants/create?validate_only=true', {
      event_id: summit.id,
      email: 'x@example.com',
      session_ids: [talk.id],
    })
    assert.deepEqual([status, body.session_ids], [200, [String(talk.id)]])
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('422 when the event is full', async () => {
    const summit = await event({ capacity: 1 })
    const first = await person(summit)
    const body = { event_id: summit.id, email: 'y@example.com' }
    assert.deepEqual(reasonsIn(await call('POST', '/registrants/create', body)), ['sold_out event_id'])
    await change(first, { registration_status: 'cancelled' })
    assert.equal((await call('POST', '/registrants/create', body)).status, 201)
    assert.deepEqual(await findings(summit), [])
  })
})

describe('PUT /registrants/update/{id}', () => {
  it('200 swaps at once, and 422 keeps the old seat', async () => {
    const summit = await event()
    const old = await session(summit, { capacity: 1, prevent_session_conflicts: 1 })
    const [free, full] = [await session(summit), await session(summit, { capacity: 0 })]
    const someone = await person(summit, { session_ids: [old.id] })
    assert.deepEqual(reasonsIn(await change(someone, { session_ids: [full.id] })), [`sold_out ${full.id}`])
    assert.deepEqual((await agenda(someone)).in, [old.id])
    assert.equal((await change(someone, { session_ids: [free.id] })).status, 200)
    assert.deepEqual((await agenda(someone)).in, [free.id])
    assert.deepEqual(await counts(old), [0, 0, 0, 0])
  })

  it('412 for the second of two changes that are based on one version, also at the same moment', async () => {
    const summit = await event()
    const someone = await person(summit)
    const { headers } = await call('GET', `/registrants/${someone.id}`)
    const replies = await Promise.all(
      ['Ada', 'Grace', 'Mary'].map(first_name =>
        call('PUT', `/registrants/update/${someone.id}`, { first_name }, { 'if-match': headers.etag }),
      ),
    )
    assert.deepEqual(replies.map(reply => reply.status).sort(), [200, 412, 412])
  })

  it('200 ignores the sessions of a record that is sent back as cancelled', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    const { status } = await change(someone, { session_ids: [talk.id], registration_status: 'cancelled' })
    assert.deepEqual([status, await counts(talk)], [200, [0, 0, 0, 0]])
  })
})

describe('DELETE /registrants/{id}', () => {
  it('204 gives everything back, and whatever comes with it at the same moment is 404', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    const replies = await Promise.all([
      call('DELETE', `/registrants/${someone.id}`),
      change(someone, { registration_status: 'pending', session_ids: [talk.id] }),
      call('DELETE', `/registrants/${someone.id}`),
    ])
    assert.deepEqual([...replies.map(reply => reply.status)].sort(), [204, 404, 404])
    assert.deepEqual([await counts(talk), await findings(summit)], [[0, 0, 0, 0], []])
  })
})

describe('POST and DELETE /registrants/{id}/session/{session_id}', () => {
  it('200 repeated is the same claim, and the same release', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const someone = await person(summit)
    for (let n = 0; n < 2; n++) assert.deepEqual((await claim(someone, talk)).body, { success: true })
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
    for (let n = 0; n < 2; n++) assert.deepEqual((await drop(someone, talk)).body, { success: true })
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('404 for registrants of another account, and 422 for sessions of another event', async () => {
    const summit = await event()
    const elsewhere = await session(await event())
    const someone = await person(summit)
    assert.deepEqual(reasonsIn(await claim(someone, elsewhere)), [`wrong_event ${elsewhere.id}`])
    const stranger = await testApp()
    const theirs = seatDesk(stranger)
    const foreign = await theirs.person(await theirs.event())
    assert.equal((await claim(foreign, elsewhere)).status, 404)
  })
})

describe('a registrant whose seats change', () => {
  it('has a new version and updated_at, also when the line moves: 412 for what is based on the old one', async () => {
    const summit = await event()
    const talks = [await session(summit, { capacity: 1 }), await session(summit), await session(summit)]
    const [a, b] = [await person(summit, { session_ids: [talks[0]!.id] }), await person(summit)]
    const versionOf = async (who: { id: number }) =>
      (await call('GET', `/registrants/${who.id}`)).headers.etag
    const known = await versionOf(b)
    await pool`update registrants set updated_at = '2020-01-01' where event_id = ${summit.id}`
    await claim(b, talks[1]!)
    assert.notEqual((await call('GET', `/registrants/${b.id}`)).body.updated_at, '2020-01-01 00:00:00')
    const stale = { 'if-match': known }
    const replies = [
      await call('PUT', `/registrants/${b.id}`, { session_ids: [talks[2]!.id] }, stale),
      await call('PUT', `/registrants/${b.id}/agenda`, { session_ids: [talks[2]!.id] }, stale),
      await call('DELETE', `/registrants/${b.id}`, undefined, stale),
    ]
    assert.deepEqual(
      replies.map(({ status }) => status),
      [412, 412, 412],
    )
    await waitFor(b, talks[0]!)
    const waiting = { 'if-match': await versionOf(b) }
    await drop(a, talks[0]!)
    assert.equal((await call('PUT', `/registrants/${b.id}`, { notes: 'x' }, waiting)).status, 412)
    const now = { 'if-match': await versionOf(b) }
    assert.equal((await call('PUT', `/registrants/${b.id}`, { notes: 'x' }, now)).status, 200)
    assert.deepEqual(await agenda(b), { in: [talks[0]!.id, talks[1]!.id], waits: [] })
  })

  it('keeps its version when a claim is repeated', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    const { headers } = await call('GET', `/registrants/${someone.id}`)
    await claim(someone, talk)
    assert.equal((await call('GET', `/registrants/${someone.id}`)).headers.etag, headers.etag)
  })
})

describe('POST and DELETE /registrants/{id}/waitlist/{session_id}', () => {
  it('200 lines up and leaves; leaving twice is leaving once', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 0 })
    const someone = await person(summit)
    await waitFor(someone, talk)
    assert.deepEqual(await line(talk), [someone.id])
    for (let n = 0; n < 2; n++) assert.equal((await leave(someone, talk)).status, 200)
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })
})

describe('PUT /registrants/{id}/agenda', () => {
  it('200 replaces seats and lines', async () => {
    const summit = await event()
    const [a, b] = [await session(summit), await session(summit)]
    const [x, y] = [await session(summit, { capacity: 0 }), await session(summit, { capacity: 0 })]
    const someone = await person(summit, { session_ids: [a.id] })
    await waitFor(someone, x)
    const { body } = await setAgenda(someone, { session_ids: [b.id], waitlist_ids: [y.id] })
    assert.deepEqual(body, {
      success: true,
      session_ids: [String(b.id)],
      waitlisted_session_ids: [String(y.id)],
      refused: [],
    })
    await setAgenda(someone, { session_ids: [] })
    assert.deepEqual(await agenda(someone), { in: [], waits: [y.id] })
  })

  it('422 grants nothing; with partial it grants what fits and lists the rest', async () => {
    const summit = await event()
    const [old, fits] = [await session(summit), await session(summit)]
    const full = await session(summit, { capacity: 0 })
    const someone = await person(summit, { session_ids: [old.id] })
    const wanted = { session_ids: [fits.id, full.id] }
    assert.deepEqual(reasonsIn(await setAgenda(someone, wanted)), [`sold_out ${full.id}`])
    assert.deepEqual((await agenda(someone)).in, [old.id])
    const { status, body } = await setAgenda(someone, { ...wanted, partial: true })
    assert.deepEqual([status, body.session_ids], [200, [String(old.id), String(fits.id)]])
    assert.deepEqual(
      body.refused.map((reason: any) => [reason.session_id, reason.type]),
      [[full.id, 'sold_out']],
    )
  })

  it('200 with partial gives up what is no longer listed only for everything that is, and what `drop` names', async () => {
    const summit = await event()
    const old = await session(summit, { prevent_session_conflicts: 1 })
    const [kept, fits] = [await session(summit, { date: '2030-01-02' }), await session(summit)]
    const full = await session(summit, { capacity: 0 })
    const someone = await person(summit, { session_ids: [old.id, kept.id] })
    const waits = await session(summit, { capacity: 0, date: '2030-01-03' })
    await waitFor(someone, waits)
    const plan = async (body: object) => {
      const { refused, session_ids } = (await setAgenda(someone, { ...body, partial: true })).body
      return [refused.map((each: any) => `${each.type} ${each.session_id}`), session_ids.map(Number)]
    }
    const listed = { session_ids: [fits.id, full.id], waitlist_ids: [] }
    assert.deepEqual(await plan(listed), [
      [`conflict ${fits.id}`, `sold_out ${full.id}`, `conflict ${full.id}`],
      [old.id, kept.id],
    ])
    assert.deepEqual((await agenda(someone)).waits, [waits.id])
    const dropped = { ...listed, drop: [old.id] }
    assert.deepEqual(await plan(dropped), [[`sold_out ${full.id}`], [kept.id, fits.id]])
    assert.deepEqual(await plan({ session_ids: [old.id], drop: [fits.id] }), [[], [old.id]])
  })

  it('200 takes this instead of that, and 422 for one of the two changes neither', async () => {
    const summit = await event()
    const that = await session(summit, { prevent_session_conflicts: 1 })
    const [instead, full] = [await session(summit), await session(summit, { capacity: 0 })]
    const someone = await person(summit, { session_ids: [that.id] })
    const take = (talk: { id: number }, body: object) =>
      call('POST', `/registrants/${someone.id}/session/${talk.id}`, body)
    assert.deepEqual(reasonsIn(await take(instead, {})), [`conflict ${instead.id}`])
    assert.deepEqual(reasonsIn(await take(full, { drop: [that.id] })), [`sold_out ${full.id}`])
    assert.deepEqual(reasonsIn(await take(instead, { drop: [999_999_999] })), [
      'not_found 999999999',
      `conflict ${instead.id}`,
    ])
    assert.deepEqual(
      (await take(full, { drop: 'x' })).body.map(({ field, type }: any) => [field, type]),
      [
        ['drop', 'integer'],
        ['session_ids', 'sold_out'],
        ['session_ids', 'conflict'],
      ],
    )
    assert.deepEqual((await agenda(someone)).in, [that.id])
    assert.equal((await take(instead, { drop: [that.id] })).status, 200)
    assert.deepEqual((await agenda(someone)).in, [instead.id])
    const { before } = (await moves(summit)).find(move => move.action === 'delete')!
    assert.deepEqual([before!.why, before!.for_session_id], ['swapped', instead.id])
    const { body } = await setAgenda(someone, { session_ids: [that.id], drop: [instead.id] })
    assert.deepEqual(body.session_ids, [String(that.id)])
  })

  it('200 accepts an offer instead of what stands in its way', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const talk = await session(summit, { capacity: 1 })
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const holder = await person(summit, { session_ids: [talk.id] })
    const someone = await person(summit, { session_ids: [rival.id] })
    await waitFor(someone, talk, { on_conflict: 'swap' })
    await drop(holder, talk)
    const take = { drop: [rival.id] }
    assert.equal((await call('POST', `/registrants/${someone.id}/session/${talk.id}`, take)).status, 200)
    assert.deepEqual(await agenda(someone), { in: [talk.id], waits: [] })
  })

  it('422 gives each session that is named all its own reasons, whatever the order of naming', async () => {
    const summit = await event()
    const held = await session(summit)
    const a = await session(summit, { prevent_session_conflicts: 1, capacity: 0 })
    const [b, c] = [await session(summit), await session(summit, { session_status: 'approved' })]
    const someone = await person(summit, { session_ids: [held.id] })
    const reasons = async (session_ids: number[]) =>
      (await change(someone, { session_ids })).body
        .map((reason: any) => [reason.session_id, reason.type, reason.conflicts_with?.toSorted()])
        .sort()
    const all = [
      [a.id, 'conflict', [held.id, b.id]],
      [a.id, 'sold_out', undefined],
      [b.id, 'conflict', [a.id]],
      [c.id, 'not_live', undefined],
    ].sort()
    for (const order of [
      [held, a, b, c],
      [c, b, a, held],
      [b, held, c, a],
    ])
      assert.deepEqual(await reasons(order.map(({ id }) => id)), all)
  })

  it('422 names faults of fields and reasons against the sessions at once, and writes nothing', async () => {
    const summit = await event()
    const full = await session(summit, { capacity: 0 })
    const talk = await session(summit)
    const someone = await person(summit)
    const before = await call('GET', `/registrants/${someone.id}`)
    const body = { session_ids: [full.id, talk.id], waitlist_ids: 'x', on_conflict: 'perhaps' }
    const refused = await setAgenda(someone, body)
    assert.deepEqual(
      refused.body.map(({ field, type }: any) => [field, type]),
      [
        ['waitlist_ids', 'integer'],
        ['on_conflict', 'choice'],
        ['session_ids', 'sold_out'],
      ],
    )
    assert.deepEqual(
      [(await call('GET', `/registrants/${someone.id}`)).body, await counts(talk)],
      [before.body, [0, 0, 0, 0]],
    )
  })

  it('200 gives a seat up for a place at the end of the line, and counts it once', async () => {
    const summit = await event({ waitlist_mode: 'manual' })
    const talk = await session(summit, { capacity: 2 })
    const [someone, other] = [
      await person(summit, { session_ids: [talk.id] }),
      await person(summit, { session_ids: [talk.id] }),
    ]
    const waiting = await person(summit)
    await waitFor(waiting, talk)
    await setAgenda(someone, { session_ids: [], waitlist_ids: [talk.id] })
    assert.deepEqual(await counts(talk), [1, 0, 0, 2])
    assert.deepEqual(await line(talk), [waiting.id, someone.id])
    assert.deepEqual([(await agenda(other)).in, await findings(summit)], [[talk.id], []])
  })
})

describe('several at the same moment', () => {
  it('a seat that comes back goes to the line, not to whoever claims it in the same batch', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const [holder, waiting, ...claimers] = [
      await person(summit, { session_ids: [talk.id] }),
      await person(summit),
      await person(summit),
      await person(summit),
    ]
    await waitFor(waiting, talk)
    const replies = await Promise.all([drop(holder, talk), ...claimers.map(someone => claim(someone, talk))])
    assert.deepEqual(
      replies.map(reply => reply.status),
      [200, 422, 422],
    )
    assert.deepEqual((await agenda(waiting)).in, [talk.id])
  })

  it('the change log frees a seat before somebody takes it, and knows who asked for a place', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const [holder, waiting] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    const now = new Date()
    const orderOf = (request_id: string, wish: Partial<Wish> & { registrant_id: number }) => ({
      actor: { account_id: app.account_id, actor_id: null, request_id, now },
      wish: { ...emptyWish, by: 'organiser' as const, ...wish },
    })
    await transaction(pool, db =>
      carryOut(
        db,
        summit.id,
        [
          orderOf('lines up', {
            registrant_id: waiting.id,
            waitFor: [{ session_id: talk.id, on_conflict: undefined }],
          }),
          orderOf('drops', { registrant_id: holder.id, drop: [talk.id] }),
        ],
        now,
      ),
    )
    const records = await pool`
      select request_id, coalesce(after, before) as row from changes
      where event_id = ${summit.id} and object = 'selection' order by id`
    assert.deepEqual(
      records.slice(1).map(({ request_id, row }) => [request_id, row.registrant_id, row.why]),
      [
        ['drops', holder.id, 'released'],
        ['lines up', waiting.id, 'promoted'],
      ],
    )
  })

  it('whoever leaves a line and lines up again stands at its end', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 0 })
    const people = [await person(summit), await person(summit), await person(summit)]
    for (const someone of people) await waitFor(someone, talk)
    await Promise.all([leave(people[0], talk), waitFor(people[0], talk)])
    assert.deepEqual(await line(talk), [people[1].id, people[2].id, people[0].id])
    assert.deepEqual([await counts(talk), await findings(summit)], [[0, 0, 0, 3], []])
  })
})

describe('PUT /sessions/update/{id}', () => {
  it('422 for a capacity below the seats that are taken; an override is on record', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 2 })
    for (let n = 0; n < 2; n++) await person(summit, { session_ids: [talk.id] })
    const path = `/sessions/update/${talk.id}`
    const refused = await call('PUT', path, { capacity: 1 })
    assert.deepEqual([refused.status, refused.body[0].seats_taken], [422, 2])
    assert.equal((await call('PUT', `${path}?override_capacity_errors=true`, { capacity: 1 })).status, 200)
    assert.deepEqual(await findings(summit), [])
    const someone = await person(summit)
    assert.deepEqual(reasonsIn(await claim(someone, talk)), [`sold_out ${talk.id}`])
  })

  it('200 changes a session that is overbooked already, and raises its capacity', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 0 })
    for (let n = 0; n < 2; n++) await claim(await person(summit), talk, '?override_capacity_errors=true')
    assert.equal((await call('PUT', `/sessions/update/${talk.id}`, { name: 'Renamed' })).status, 200)
    const raised = await call('PUT', `/sessions/update/${talk.id}`, { capacity: 1 })
    assert.deepEqual([raised.status, raised.body.seats_taken, raised.body.seats_left], [200, 2, 0])
    assert.deepEqual(await findings(summit), [])
  })
})

describe('DELETE /sessions/delete/{id}', () => {
  it('204 with force explains every seat that went with it', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    await call('DELETE', `/sessions/delete/${talk.id}?force=1`)
    const seat = { registrant_id: someone.id, session_id: talk.id, state: 'selected', why: 'session_deleted' }
    const { action, before, after } = (await moves(summit)).at(-1)!
    assert.deepEqual([action, before, after], ['delete', seat, null])
    assert.deepEqual(await findings(summit), [])
  })

  it('422 saying how many hold seats; with force they are given back, and a conflict goes with them', async () => {
    const summit = await event()
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [rival.id] })
    await waitFor(someone, talk)
    const refused = await call('DELETE', `/sessions/delete/${rival.id}`)
    assert.deepEqual([refused.status, refused.body[0].seats_taken], [422, 1])
    assert.equal((await call('DELETE', `/sessions/delete/${rival.id}?force=1`)).status, 204)
    assert.deepEqual(await agenda(someone), { in: [talk.id], waits: [] })
    assert.deepEqual(await findings(summit), [])
  })
})

describe('GET /sessions/{id}/seats', () => {
  it('200 seats_left is null when the capacity is unlimited, never negative otherwise', async () => {
    const summit = await event()
    for (const [capacity, left] of [
      [null, null],
      [2, 1],
      [0, 0],
    ]) {
      const talk = await session(summit, { capacity })
      if (capacity !== 0) await claim(await person(summit), talk)
      assert.equal((await desk.seats(talk.id)).seats_left, left)
    }
  })
})

describe('GET /sessions', () => {
  it('200 expand=registrantCount,reservedCount,waitlistCount counts seats, seats that are kept, and those who wait', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const talk = await session(summit, { capacity: 3 })
    const holder = await person(summit, { session_ids: [talk.id] })
    await person(summit, { session_ids: [talk.id] })
    await person(summit, { session_ids: [talk.id], registration_status: 'in_progress' })
    for (let n = 0; n < 2; n++) await waitFor(await person(summit), talk)
    await drop(holder, talk)
    const names = 'registrantCount,reservedCount,waitlistCount'
    const { body } = await call('GET', `/sessions?event_id=${summit.id}&expand=${names}`)
    assert.deepEqual(body.items, [
      { id: talk.id, name: 'Talk', registrantCount: 1, reservedCount: 2, waitlistCount: 1 },
    ])
    const single = (await call('GET', `/sessions/${talk.id}?expand=${names}`)).body
    assert.deepEqual([single.registrantCount, single.reservedCount, single.waitlistCount], [1, 2, 1])
  })
})

describe('deleting an event', () => {
  it('204 explains every seat that went with it', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    assert.equal((await call('DELETE', `/events/delete/${summit.id}?force=1`)).status, 204)
    const seat = { registrant_id: someone.id, session_id: talk.id, state: 'selected', why: 'event_deleted' }
    assert.deepEqual((await moves(summit)).at(-1), { action: 'delete', before: seat, after: null })
  })

  it('204 while people sign up: each of them is told that it is gone', async () => {
    const summit = await make('events', { name: 'Short', timezone: 'UTC' })
    const talk = await session(summit)
    const people = [await person(summit), await person(summit), await person(summit)]
    const replies = await Promise.all([
      call('DELETE', `/events/delete/${summit.id}?force=1`),
      ...people.map(someone => claim(someone, talk)),
    ])
    assert.equal(replies[0].status, 204)
    for (const reply of replies.slice(1)) assert.equal([200, 404].includes(reply.status), true)
    assert.equal((await claim(people[0], talk)).status, 404)
  })
})
