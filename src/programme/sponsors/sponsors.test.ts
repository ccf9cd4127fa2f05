import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })

describe('/sponsors', () => {
  it('are created, changed, listed by level and deleted', async () => {
    const made = await call('POST', '/sponsors/create', {
      event_id: event.id,
      name: 'Analytical Engines',
      level: { id: 3, value: 'Gold' },
      website: 'https://example.com',
      logo_id: 'https://example.com/logo.png',
      description: '<b onclick="x()">Engines</b>',
    })
    assert.deepEqual(
      [made.status, made.body.level, made.body.description, made.body.direct_link],
      [201, { id: null, value: 'Gold' }, '<b>Engines</b>', null],
    )
    await make('sponsors', { event_id: event.id, name: 'Silver Inc', level: 'Silver' })
    const { body } = await call('GET', `/sponsors?event_id=${event.id}&search=level=gold`)
    assert.deepEqual(body.items, [{ id: made.body.id, name: 'Analytical Engines' }])
    const back = await call('PUT', `/sponsors/${made.body.id}`, { ...made.body, sort: 4 })
    assert.deepEqual([back.body.level.value, back.body.sort], ['Gold', 4])
    assert.equal((await call('DELETE', `/sponsors/${made.body.id}`)).status, 204)
    assert.equal((await call('GET', `/sponsors/${made.body.id}`)).status, 404)
  })

  it('have fields of their own', async () => {
    const field = await make('sponsors/fields', { name: 'Booth', type: 'textInput', required: 1 })
    const without = await call('POST', '/sponsors', { event_id: event.id, name: 'No booth' })
    assert.deepEqual(faultsIn(without), [`${field.attribute}: required`])
    const sponsor = await make('sponsors', { event_id: event.id, name: 'Booth', [field.attribute]: 'B12' })
    assert.equal(sponsor[field.attribute], 'B12')
    assert.equal((await call('DELETE', `/sponsors/field/${field.id}`)).status, 204)
    assert.equal(field.attribute in (await call('GET', `/sponsors/${sponsor.id}`)).body, false)
  })

  it('422 names everything that is wrong, and 404 for another account', async () => {
    const refused = await call('POST', '/sponsors', { event_id: 999_999_999, logo_id: 'logo', website: 'x' })
    assert.deepEqual(faultsIn(refused), [
      'name: required',
      'website: url',
      'logo_id: url',
      'event_id: not_found',
    ])
    const { id } = await make('sponsors', { event_id: event.id, name: 'Ours' })
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(
        (await stranger.call(method, `/sponsors/${id}`, method === 'GET' ? undefined : {})).status,
        404,
      )
    assert.equal((await stranger.call('GET', `/sponsors?event_id=${event.id}`)).status, 404)
  })

  it('go with their event', async () => {
    const own = await make('events', { name: 'Gone' })
    const { id } = await make('sponsors', { event_id: own.id, name: 'Gone' })
    await call('DELETE', `/events/${own.id}`)
    const changes = (await changesOf(app)).filter(
      change => change.object === 'sponsor' && change.event_id === own.id,
    )
    assert.deepEqual(
      changes.map(({ action, object_id }: Json) => [action, object_id]),
      [
        ['create', id],
        ['delete', id],
      ],
    )
  })
})

describe('what is not sold here', () => {
  for (const path of ['packages', 'discounts', 'transactions', 'registrant-line-items', 'invitation-lists'])
    it(`/${path} is always empty, and says so`, async () => {
      const { status, body } = await call('GET', `/${path}?event_id=${event.id}`)
      assert.deepEqual([status, body.items, body._meta.totalCount], [200, [], 0])
      assert.equal((await call('GET', `/${path}`)).status, 400)
      assert.equal((await stranger.call('GET', `/${path}?event_id=${event.id}`)).status, 404)
      assert.equal((await call('GET', `/${path}/1`)).status, 404)
      for (const [method, spelling] of [
        ['POST', `${path}/create`],
        ['PUT', `${path}/1`],
        ['DELETE', `${path}/1`],
      ] as const)
        assert.deepEqual(faultsIn(await call(method, `/${spelling}`, { name: 'x' })), ['id: not_sold_here'])
    })
})
