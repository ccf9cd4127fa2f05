import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const typeWith = (more: Json = {}) => make('reg-types', { event_id: event.id, name: 'Student', ...more })
const person = (more: Json = {}) =>
  make('registrants', { event_id: event.id, email: 'p@example.com', session_ids: [], ...more })
const countOf = async ({ id }: Json) => (await call('GET', `/reg-types/${id}`)).body.registrants_count

describe('POST /reg-types/create', () => {
  it('201 with every field, read as it was given', async () => {
    const given = {
      event_id: event.id,
      name: 'Speaker',
      public_short_name: 'Sp',
      admin_short_name: 'SPK',
      description: '<p>Who speaks</p>',
      capacity: 20,
      sold_out_message: 'No more speakers.',
      min_group_size: 1,
      max_group_size: 4,
      sort: 3,
      external_id: 'speaker',
    }
    const { status, body, headers } = await call('POST', '/reg-types', given)
    assert.equal(status, 201)
    assert.equal(headers.location, `/api/v1/reg-types/${body.id}`)
    const { id, created_at, updated_at, ...rest } = body
    assert.deepEqual(rest, { ...given, registrants_count: 0 })
    assert.equal(updated_at, created_at)
    assert.deepEqual((await call('GET', `/reg-types/${id}`)).body, body)
  })

  it('422 for no name, another event, a group that is smaller at most than at least, a taken external id', async () => {
    await typeWith({ external_id: 'taken' })
    const create = (more: Json) =>
      call('POST', '/reg-types/create', { event_id: event.id, name: 'N', ...more })
    const foreign = await stranger.make('events', { name: 'Theirs' })
    assert.deepEqual(faultsIn(await create({ name: '', capacity: -1 })), [
      'name: required',
      'capacity: minimum',
    ])
    assert.deepEqual(faultsIn(await create({ event_id: foreign.id })), ['event_id: not_found'])
    assert.deepEqual(faultsIn(await create({ min_group_size: 3, max_group_size: 2 })), [
      'max_group_size: max_below_min',
    ])
    assert.deepEqual(faultsIn(await create({ external_id: 'taken' })), ['external_id: unique'])
  })
})

describe('PUT /reg-types/update/{id}', () => {
  it('200 changes the given fields only; registrants_count and event_id are not given by anybody', async () => {
    const type = await typeWith({ capacity: 5, min_group_size: 2 })
    const { body } = await call('PUT', `/reg-types/update/${type.id}`, {
      name: 'Pupil',
      capacity: '',
      registrants_count: 9,
      event_id: 1,
    })
    assert.deepEqual({ ...body, updated_at: '' }, { ...type, name: 'Pupil', capacity: null, updated_at: '' })
    assert.deepEqual(faultsIn(await call('PATCH', `/reg-types/${type.id}`, { max_group_size: 1 })), [
      'max_group_size: max_below_min',
    ])
  })

  it('422 for a max_group_size lowered below a group says how many it has; an override lifts it, the same again needs none', async () => {
    const [type, other] = [await typeWith({ max_group_size: 4 }), await typeWith({})]
    const [large, small] = [
      await make('registrant-groups', { event_id: event.id, name: 'L' }),
      await make('registrant-groups', { event_id: event.id, name: 'S' }),
    ]
    await person({ reg_type_id: type.id, group_id: large.id })
    await person({ reg_type_id: other.id, group_id: large.id })
    await person({ group_id: large.id })
    await person({ group_id: large.id, registration_status: 'cancelled' })
    await person({ reg_type_id: type.id, group_id: small.id })
    const lower = (max_group_size: unknown, query = '') =>
      call('PUT', `/reg-types/${type.id}${query}`, { max_group_size })
    const refused = await lower(2)
    assert.deepEqual(
      [refused.status, refused.body],
      [
        422,
        [
          {
            field: 'max_group_size',
            type: 'group_limit',
            registrants: 3,
            message:
              'Registrants of the largest group that has this type: 3. Its maximum cannot be lower, except with override_capacity_errors=true.',
          },
        ],
      ],
    )
    assert.equal((await lower(3)).body.max_group_size, 3)
    assert.equal((await lower(2, '?override_capacity_errors=true')).body.max_group_size, 2)
    assert.equal((await lower(2)).status, 200)
    assert.equal((await lower('')).body.max_group_size, null)
    assert.deepEqual(faultsIn(await lower(1)), ['max_group_size: group_limit'])
    const unlimited = await call('PUT', `/reg-types/${other.id}`, { max_group_size: 2 })
    assert.deepEqual(faultsIn(unlimited), ['max_group_size: group_limit'])
  })

  it('422 for a capacity lowered below the registrants says how many they are; override_capacity_errors lifts it, and the same again or more needs none', async () => {
    const type = await typeWith()
    for (let n = 0; n < 3; n++) await person({ reg_type_id: type.id })
    await person({ reg_type_id: type.id, registration_status: 'cancelled' })
    const lower = (query = '') => call('PUT', `/reg-types/${type.id}${query}`, { capacity: 2 })
    const refused = await lower()
    assert.deepEqual(
      [refused.status, refused.body],
      [
        422,
        [
          {
            field: 'capacity',
            type: 'sold_out',
            registrants: 3,
            message:
              'Registrants of this type: 3. Its capacity cannot be lower, except with override_capacity_errors=true.',
          },
        ],
      ],
    )
    assert.equal((await lower('?override_capacity_errors=true')).body.capacity, 2)
    assert.equal((await lower()).status, 200)
    assert.equal((await call('PUT', `/reg-types/${type.id}`, { capacity: 3 })).status, 200)
  })
})

describe('registrants_count', () => {
  it('is who counts for a type: it follows status, type and deletion', async () => {
    const [one, two] = [await typeWith(), await typeWith()]
    const counts = async () => [await countOf(one), await countOf(two)]
    const { id } = await person({ reg_type_id: one.id })
    assert.deepEqual(await counts(), [1, 0])
    const set = (body: Json) => call('PUT', `/registrants/${id}`, body)
    await set({ reg_type_id: two.id })
    assert.deepEqual(await counts(), [0, 1])
    await set({ registration_status: 'cancelled' })
    assert.deepEqual(await counts(), [0, 0])
    await set({ registration_status: 'in_progress', reg_type_id: one.id })
    assert.deepEqual(await counts(), [1, 0])
    await call('DELETE', `/registrants/${id}`)
    assert.deepEqual(await counts(), [0, 0])
  })
})

describe('PUT /reg-types/external/{external_id}', () => {
  it('201 creates, 200 updates the same one, and override_capacity_errors counts here too', async () => {
    const put = (more: Json, query = '') =>
      call('PUT', `/reg-types/external/vip${query}`, { event_id: event.id, ...more })
    const created = await put({ name: 'VIP' })
    assert.equal(created.status, 201)
    await person({ reg_type_id: created.body.id })
    assert.deepEqual(faultsIn(await put({ capacity: 0 })), ['capacity: sold_out'])
    const updated = await put({ capacity: 0 }, '?override_capacity_errors=1')
    assert.deepEqual([updated.status, updated.body.id, updated.body.capacity], [200, created.body.id, 0])
  })
})

describe('GET /reg-types', () => {
  it('200 lists those of the event; sorted, searched and with fields as asked', async () => {
    const other = await make('events', { name: 'Other' })
    for (const [name, sort, capacity] of [
      ['A', 2, 1],
      ['B', 1, null],
      ['C', 3, 9],
    ])
      await make('reg-types', { event_id: other.id, name, sort, capacity })
    const list = async (query: string) =>
      (await call('GET', `/reg-types?event_id=${other.id}&${query}`)).body.items
    assert.deepEqual(
      (await list('sort=-sort')).map((item: Json) => Object.keys(item).join()),
      ['id,name', 'id,name', 'id,name'],
    )
    assert.deepEqual(await list('sort=sort&fields=name'), [{ name: 'B' }, { name: 'A' }, { name: 'C' }])
    assert.deepEqual(await list(`fields=name,capacity&search=${encodeURIComponent('capacity>=2')}`), [
      { name: 'C', capacity: 9 },
    ])
    assert.equal((await call('GET', '/reg-types')).status, 400)
  })
})

describe('DELETE /reg-types/delete/{id}', () => {
  it('204 for a type that nobody has', async () => {
    const { id } = await typeWith()
    assert.equal((await call('DELETE', `/reg-types/delete/${id}`)).status, 204)
    assert.equal((await call('GET', `/reg-types/${id}`)).status, 404)
  })

  it('422 says how many registrants have it; force=1 leaves them without one, and the change log says so', async () => {
    const type = await typeWith()
    const people = [await person({ reg_type_id: type.id }), await person({ reg_type_id: type.id })]
    const before = (await call('GET', `/events/${event.id}`)).body.registrants_count
    const refused = await call('DELETE', `/reg-types/${type.id}`)
    assert.deepEqual(
      [refused.status, refused.body[0].type, refused.body[0].registrants],
      [422, 'has_registrants', 2],
    )
    const seen = (await changesOf(app)).length
    assert.equal((await call('DELETE', `/reg-types/${type.id}?force=1`)).status, 204)
    for (const { id } of people)
      assert.deepEqual((await call('GET', `/registrants/${id}`)).body.reg_type_id, { id: '', value: null })
    assert.equal((await call('GET', `/events/${event.id}`)).body.registrants_count, before)
    assert.deepEqual(
      (await changesOf(app))
        .slice(seen)
        .map(({ object, object_id, action, before, after }) => [
          object,
          object_id,
          action,
          before.reg_type_id ?? null,
          after?.reg_type_id ?? null,
        ]),
      [
        ...people.map(({ id }) => ['registrant', id, 'update', type.id, null]),
        ['reg_type', type.id, 'delete', null, null],
      ],
    )
  })
})

describe('another account', () => {
  it('404 for every call', async () => {
    const { id } = await typeWith()
    for (const [method, path] of [
      ['GET', `/reg-types/${id}`],
      ['PUT', `/reg-types/${id}`],
      ['PATCH', `/reg-types/${id}`],
      ['DELETE', `/reg-types/${id}?force=1`],
      ['GET', `/reg-types?event_id=${event.id}`],
    ] as const)
      assert.equal((await stranger.call(method, path, method === 'GET' ? undefined : {})).status, 404)
  })
})
