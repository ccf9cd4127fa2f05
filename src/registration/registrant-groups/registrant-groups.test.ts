import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const groupWith = (more: Json = {}) =>
  make('registrant-groups', { event_id: event.id, name: 'Society', ...more })
const person = (more: Json = {}) =>
  make('registrants', { event_id: event.id, email: 'p@example.com', session_ids: [], ...more })

describe('POST /registrant-groups/create', () => {
  it('201 and nobody is in it', async () => {
    const { status, body } = await call('POST', '/registrant-groups', {
      event_id: event.id,
      name: 'Society',
      external_id: 'soc',
      size: 7,
    })
    assert.equal(status, 201)
    const { id, created_at, updated_at, ...rest } = body
    assert.deepEqual(rest, {
      event_id: event.id,
      name: 'Society',
      external_id: 'soc',
      size: 0,
      missing_members: 0,
    })
    assert.deepEqual((await call('GET', `/registrant-groups/${id}`)).body, body)
    assert.equal(updated_at, created_at)
  })

  it('422 for no name, an event that is not the account’s, a taken external id', async () => {
    await groupWith({ external_id: 'taken' })
    const create = (body: Json) => call('POST', '/registrant-groups/create', body)
    const foreign = await stranger.make('events', { name: 'Theirs' })
    assert.deepEqual(faultsIn(await create({})), ['event_id: required', 'name: required'])
    assert.deepEqual(faultsIn(await create({ event_id: foreign.id, name: 'G' })), ['event_id: not_found'])
    assert.deepEqual(faultsIn(await create({ event_id: event.id, name: 'G', external_id: 'taken' })), [
      'external_id: unique',
    ])
  })
})

describe('size', () => {
  it('counts the members who are active or in progress', async () => {
    const group = await groupWith()
    const statuses = ['confirmed', 'pending', 'attended', 'no_show', 'in_progress', 'cancelled', 'denied']
    for (const registration_status of statuses) await person({ group_id: group.id, registration_status })
    assert.equal((await call('GET', `/registrant-groups/${group.id}`)).body.size, 5)
    const { body } = await call('GET', `/registrant-groups?event_id=${event.id}&ids=${group.id}&fields=size`)
    assert.deepEqual(body.items, [{ size: 5 }])
  })
})

describe('missing_members', () => {
  const typeWith = (min_group_size: number | null) =>
    make('reg-types', { event_id: event.id, name: 'Team', min_group_size })
  const missing = async ({ id }: Json) => (await call('GET', `/registrant-groups/${id}`)).body.missing_members

  it('is how many are still to come until the group is as large as the types of its members ask for', async () => {
    const [team, club, free] = [await typeWith(3), await typeWith(2), await typeWith(null)]
    const group = await groupWith()
    const join = (more: Json) => person({ group_id: group.id, ...more })
    const seen = [await missing(group)]
    const first = await join({ reg_type_id: club.id })
    for (const more of [
      { reg_type_id: team.id },
      { reg_type_id: free.id, registration_status: 'in_progress' },
      {},
    ]) {
      seen.push(await missing(group))
      await join(more)
    }
    seen.push(await missing(group))
    assert.deepEqual(seen, [0, 1, 1, 0, 0])
    await call('PUT', `/reg-types/${team.id}`, { min_group_size: 6 })
    assert.equal(await missing(group), 2)
    await call('PUT', `/registrants/${first.id}`, { registration_status: 'cancelled' })
    assert.equal(await missing(group), 3)
  })

  it('finds and sorts the groups that are not complete, and size as well', async () => {
    const other = await make('events', { name: 'Other' })
    const team = await make('reg-types', { event_id: other.id, name: 'Team', min_group_size: 3 })
    for (const [name, members] of [
      ['A', 0],
      ['B', 1],
      ['C', 2],
      ['D', 3],
    ] as const) {
      const group = await groupWith({ event_id: other.id, name })
      for (let n = 0; n < members; n++)
        await person({ event_id: other.id, group_id: group.id, reg_type_id: team.id })
    }
    const list = async (query: string) => {
      const { body } = await call('GET', `/registrant-groups?event_id=${other.id}&${query}`)
      return [body._meta.totalCount, body.items.map(({ name }: Json) => name).join('')]
    }
    const search = (text: string) => `search=${encodeURIComponent(text)}`
    assert.deepEqual(await list(`${search('missing_members>0')}&sort=-missing_members`), [2, 'BC'])
    assert.deepEqual(await list(`${search('size>=2')}&sort=-size`), [2, 'DC'])
  })
})

describe('PUT /registrant-groups/update/{id}', () => {
  it('200 changes the name; nothing given changes nothing', async () => {
    const group = await groupWith()
    const path = `/registrant-groups/${group.id}`
    assert.equal(
      (await call('PUT', `/registrant-groups/update/${group.id}`, { name: 'Club' })).body.name,
      'Club',
    )
    const { etag } = (await call('GET', path)).headers
    assert.equal((await call('PATCH', path, {})).headers.etag, etag)
    assert.equal((await call('PUT', path, { name: 'X' }, { 'if-match': '"1-x"' })).status, 412)
  })

  it('PUT /registrant-groups/external/{external_id} creates one, and then changes it', async () => {
    const put = (name: string) => call('PUT', '/registrant-groups/external/ext', { event_id: event.id, name })
    const [created, updated] = [await put('A'), await put('B')]
    assert.deepEqual([created.status, updated.status], [201, 200])
    assert.deepEqual([updated.body.id, updated.body.name], [created.body.id, 'B'])
  })
})

describe('DELETE /registrant-groups/delete/{id}', () => {
  it('204 leaves its members without a group, and the change log says so', async () => {
    const group = await groupWith()
    const people = [await person({ group_id: group.id }), await person({ group_id: group.id })]
    const seen = (await changesOf(app)).length
    assert.equal((await call('DELETE', `/registrant-groups/delete/${group.id}`)).status, 204)
    assert.equal((await call('GET', `/registrant-groups/${group.id}`)).status, 404)
    for (const { id } of people) assert.equal((await call('GET', `/registrants/${id}`)).body.group_id, null)
    assert.deepEqual(
      (await changesOf(app)).slice(seen).map(({ object, object_id, action }) => [object, object_id, action]),
      [...people.map(({ id }) => ['registrant', id, 'update']), ['registrant_group', group.id, 'delete']],
    )
  })
})

describe('another account', () => {
  it('404 for every call', async () => {
    const { id } = await groupWith()
    for (const [method, path] of [
      ['GET', `/registrant-groups/${id}`],
      ['PUT', `/registrant-groups/${id}`],
      ['DELETE', `/registrant-groups/${id}`],
      ['GET', `/registrant-groups?event_id=${event.id}`],
    ] as const)
      assert.equal((await stranger.call(method, path, method === 'GET' ? undefined : {})).status, 404)
  })
})
