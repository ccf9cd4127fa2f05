import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'

const first = await testApp()
const second = await testApp({ beside: first })
const { make, call, pool } = first
const apps = [first, second]
const at = (n: number) => apps[n % 2]!

const recount = async (type: Json) => {
  const [row] = await pool`
    select t.capacity, t.registrants_count as counted,
      (select count(*)::int from registrants r where r.reg_type_id = t.id and r.registration_status = 'confirmed') as present
    from reg_types t where t.id = ${type.id}`
  return row as unknown as { capacity: number; counted: number; present: number }
}

describe('a capacity is lowered while people register', () => {
  it('a count that was read before others came in is too small: the negative control', async () => {
    await pool.begin(async db => {
      await db`create temporary table scratch_type (capacity int, registrants int) on commit drop`
      await db`insert into scratch_type values (5, 1)`
      const [read] = await db`select registrants from scratch_type`
      await db`update scratch_type set registrants = registrants + 1`
      await db`update scratch_type set capacity = ${read!.registrants}`
      const [after] = await db`select registrants <= capacity as fits from scratch_type`
      assert.equal(after!.fits, false)
    })
  })

  it('the type never has more registrants than its capacity, and the counter equals the recount', async () => {
    for (let round = 0; round < 5; round++) {
      const event = await make('events', { name: 'Race' })
      const type = await make('reg-types', { event_id: event.id, name: 'T', capacity: 20 })
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          n % 8 === 7
            ? at(n).call('PUT', `/reg-types/${type.id}`, { capacity: 3 + (n >> 3) })
            : at(n >> 1).call('POST', '/registrants', {
                event_id: event.id,
                email: `p${n}@example.com`,
                reg_type_id: type.id,
              }),
        ),
      )
      const registered = replies.filter(({ status }) => status === 201).length
      const { capacity, counted, present } = await recount(type)
      assert.deepEqual([counted, present], [registered, registered])
      assert.ok(present <= capacity, `${present} of ${capacity}`)
    }
  })
})

describe('a type is deleted while people register with it', () => {
  it('each is registered before, and left without a type, or is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const event = await make('events', { name: 'Race' })
      const type = await make('reg-types', { event_id: event.id, name: 'T' })
      const body = { event_id: event.id, email: 'p@example.com', reg_type_id: type.id }
      const [removed, ...replies] = await Promise.all([
        second.call('DELETE', `/reg-types/${type.id}?force=1`),
        ...Array.from({ length: 10 }, (_, n) => at(n).call('POST', '/registrants', body)),
      ])
      assert.equal(removed.status, 204)
      const registered = replies.filter(({ status }) => status === 201).length
      for (const { status, body } of replies)
        assert.deepEqual([status, body[0]?.field], status === 201 ? [201, undefined] : [422, 'reg_type_id'])
      const { items } = (await call('GET', `/registrants?event_id=${event.id}&fields=reg_type_id`)).body
      assert.deepEqual(
        items,
        Array.from({ length: registered }, () => ({ reg_type_id: { id: '', value: null } })),
      )
      assert.equal((await call('GET', `/events/${event.id}`)).body.registrants_count, registered)
    }
  })
})
