import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'

const app = await testApp({ url: await ownDatabase() })
const { call, make, pool } = app
const event = await make('events', { name: 'Summit' })
const session = (capacity: number) =>
  make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01', capacity })
const [talk, lab, full] = [await session(9), await session(9), await session(0)]
let people = 0
const register = (more: Json) =>
  make('registrants', { event_id: event.id, email: `p${++people}@example.com`, session_ids: [], ...more })
const ada = await register({ session_ids: [talk.id, lab.id] })
const bob = await register({ session_ids: [talk.id], registration_status: 'in_progress' })
const eve = await register({})
for (const { id } of [ada, eve]) await call('POST', `/registrants/${id}/waitlist/${full.id}`)

const list = (search: string, more = '') =>
  call('GET', `/registrants?event_id=${event.id}&search=${encodeURIComponent(search)}${more}`)
const idsOf = (registrants: Json[]) => registrants.map(({ id }) => id)

describe('GET /registrants with search by sessions', () => {
  const found: [string, Json[]][] = [
    [`session_ids=${talk.id}`, [ada, bob]],
    [`session_ids= ${lab.id} `, [ada]],
    [`session_ids!=${lab.id}`, [bob, eve]],
    [`session_ids=*in*${talk.id}|${lab.id}`, [ada, bob]],
    [`session_ids!=*in*${lab.id}|${full.id}`, [bob, eve]],
    ['session_ids=', [eve]],
    ['session_ids!=', [ada, bob]],
    [`session_ids=${full.id}`, []],
    ['session_ids=999999999', []],
    [`waitlisted_session_ids=${full.id}`, [ada, eve]],
    ['waitlisted_session_ids=', [bob]],
    [`session_ids=${talk.id}&waitlisted_session_ids=${full.id}`, [ada]],
    [`session_ids=${talk.id}&registration_status=in_progress`, [bob]],
  ]
  for (const [search, registrants] of found)
    it(`200 for ${search.replace(/\d+/g, 'n')}`, async () => {
      const { status, body } = await list(search)
      assert.deepEqual([status, idsOf(body.items)], [200, idsOf(registrants)])
      assert.equal(body._meta.totalCount, registrants.length)
    })

  it('200 follows an offer that is taken, and a seat that is given back', async () => {
    await call('PUT', `/sessions/${full.id}`, { capacity: 1 })
    assert.deepEqual(idsOf((await list(`session_ids=${full.id}`)).body.items), [ada.id])
    await call('DELETE', `/registrants/${ada.id}/session/${full.id}`)
    assert.deepEqual(idsOf((await list(`session_ids=${full.id}`)).body.items), [eve.id])
  })

  it('200 joins by OR with other conditions, and finds nobody of another event', async () => {
    const either = await list(`session_ids=${lab.id}&email=${bob.email}`, '&searchCondition=or')
    assert.deepEqual(idsOf(either.body.items), [ada.id, bob.id])
    const other = await make('events', { name: 'Other' })
    const search = encodeURIComponent(`session_ids=${talk.id}`)
    const { body } = await call('GET', `/registrants?event_id=${other.id}&search=${search}`)
    assert.deepEqual(body.items, [])
  })

  it('400 for what is no id, for operators that ids have not, and for sorting by them', async () => {
    for (const search of [
      'session_ids=x',
      'session_ids=0',
      'session_ids=-1',
      'session_ids=1.5',
      'session_ids=12,13',
      'session_ids=*in*12|',
      'session_ids>12',
      'session_ids=*contains*1',
      'waitlisted_session_ids=99999999999999999999',
    ]) {
      const { status, body } = await list(search)
      assert.deepEqual([search, status], [search, 400])
      assert.match(body.message, /session_ids/)
    }
    assert.equal((await call('GET', `/registrants?event_id=${event.id}&sort=session_ids`)).status, 400)
  })

  it('never reads the selections of other events, however many there are', async () => {
    await crowd()
    for (const search of [
      `session_ids=${talk.id}`,
      `session_ids!=${talk.id}`,
      'session_ids=',
      'session_ids!=',
    ]) {
      const plans = (await plansOf(search)).join('\n')
      // So does the total, of a page that is full.
      assert.ok([...plans.matchAll(/selections_(of_session|once)/g)].length >= 1, plans)
      assert.doesNotMatch(plans, /Seq Scan on selections/)
    }
  })
})

/** Another event of 2,000 people with ten selections each. */
async function crowd(): Promise<void> {
  const other = await make('events', { name: 'Crowd' })
  const sessions = Array.from({ length: 10 }, () =>
    make('sessions', { event_id: other.id, name: 'S', date: '2030-01-01' }),
  )
  const ids = (await Promise.all(sessions)).map(({ id }) => id)
  const { id } = await make('registrants', { event_id: other.id, email: 'c@example.com', session_ids: [] })
  await pool`
    with copies as (
      insert into registrants
      select (jsonb_populate_record(r, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('registrants', 'id')), 'secure_id', 'crowd-' || n))).*
      from registrants r, generate_series(1, 2000) n where r.id = ${id} returning id)
    insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
    select ${app.account_id}, ${other.id}, c.id, s.id, 'selected', now(), now()
    from copies c, unnest(${ids}::bigint[]) as s (id)`
  await pool`analyze registrants, selections`
}

/** How the database carries out each statement of a search that looks at selections. */
async function plansOf(search: string): Promise<string[]> {
  const statements: [string, unknown[]][] = []
  pool.options.debug = (_connection, statement, parameters) => {
    if (/from selections\s+where|exists/.test(statement)) statements.push([statement, parameters])
  }
  await list(search, '&per-page=1')
  pool.options.debug = false
  const plans = statements.map(([statement, parameters]) =>
    pool.unsafe(`explain ${statement}`, parameters as never),
  )
  return (await Promise.all(plans)).map(rows => rows.map(row => row['QUERY PLAN']).join('\n'))
}
