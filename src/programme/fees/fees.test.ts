import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const student = await make('reg-types', { event_id: event.id, name: 'Student' })
const member = await make('reg-types', { event_id: event.id, name: 'Member' })
const newSession = () => make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01' })
const free = { [student.id]: '', [member.id]: '' }

describe('/sessions/{id}/fee', () => {
  it('200 is free at first', async () => {
    const { id } = await newSession()
    const { body } = await call('GET', `/sessions/${id}/fee`)
    assert.deepEqual(body, { id: null, session_id: id, price: '0', conditional_prices: free })
    const expanded = await call('GET', `/sessions/${id}?expand=fees,translations`)
    assert.deepEqual(expanded.body.fees, { price: null, conditional_prices: free })
    assert.deepEqual(expanded.body.translations, [])
  })

  it('200 changes the given prices only, ignores unknown types, and clears with an empty text', async () => {
    const { id } = await newSession()
    const put = async (body: Json) => (await call('PUT', `/sessions/${id}/fee`, body)).body
    const first = await put({
      price: 20,
      conditional_prices: {
        [student.id]: '010.5',
        999999: '1',
        [`0${student.id}`]: '3',
        [`${student.id}.0`]: '4',
        [member.id]: 5,
      },
    })
    assert.deepEqual(
      [first.price, first.conditional_prices],
      ['20.00', { [student.id]: '10.50', [member.id]: '5.00' }],
    )
    const second = await put({ conditional_prices: { [member.id]: '' } })
    assert.deepEqual(
      [second.price, second.conditional_prices],
      ['20.00', { [student.id]: '10.50', [member.id]: '' }],
    )
    assert.deepEqual(await put({ conditional_prices: [] }), second)
    const listed = await call('GET', `/sessions?event_id=${event.id}&ids=${id}&fields=id&expand=fees`)
    assert.deepEqual(listed.body.items[0].fees, {
      price: '20.00',
      conditional_prices: second.conditional_prices,
    })
    const gone = await call('DELETE', `/sessions/${id}/fee`)
    assert.deepEqual(
      [gone.status, gone.body.price, gone.body.conditional_prices, gone.body.id],
      [200, '0', free, first.id],
    )
  })

  it('422 for what is no price, and nothing changes', async () => {
    const { id } = await newSession()
    for (const [body, faults] of [
      [{ price: '-1' }, ['price: price']],
      [{ price: '1.234' }, ['price: price']],
      [{ price: { a: 1 } }, ['price: price']],
      [
        { price: 'free', conditional_prices: { [student.id]: '1e3' } },
        [`conditional_prices.${student.id}: price`, 'price: price'],
      ],
      [{ conditional_prices: 'x' }, ['conditional_prices: object']],
    ] as [Json, string[]][])
      assert.deepEqual(faultsIn(await call('PUT', `/sessions/${id}/fee`, body)), faults)
    assert.equal((await call('GET', `/sessions/${id}/fee`)).body.id, null)
  })

  it('leaves change records, goes with its session, and is copied with its event', async () => {
    const { id } = await newSession()
    const before = (await changesOf(app)).length
    await call('PUT', `/sessions/${id}/fee`, { price: '7', conditional_prices: { [member.id]: '3' } })
    await call('PUT', `/sessions/${id}/fee`, { price: '7.00' })
    const { body: copy } = await call('POST', `/events/${event.id}/clone`, {})
    const types = (await call('GET', `/reg-types?event_id=${copy.id}&sort=id`)).body.items
    const { body } = await call('GET', `/sessions?event_id=${copy.id}&fields=id&expand=fees&sort=-id`)
    assert.deepEqual(body.items[0].fees, {
      price: '7.00',
      conditional_prices: { [types[0].id]: '', [types[1].id]: '3.00' },
    })
    await call('DELETE', `/sessions/${id}`)
    const changes = (await changesOf(app))
      .slice(before)
      .filter(change => change.object === 'session_fee' && change.event_id === event.id)
    assert.deepEqual(
      changes.map(({ action }: Json) => action),
      ['create', 'delete'],
    )
    assert.equal((await call('DELETE', `/events/${copy.id}`)).status, 204)
  })

  it('404 for another account, and for a session that does not exist', async () => {
    const { id } = await newSession()
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', {}],
      ['DELETE', {}],
    ] as const) {
      assert.equal((await stranger.call(method, `/sessions/${id}/fee`, body)).status, 404)
      assert.equal((await call(method, '/sessions/999999999/fee', body)).status, 404)
    }
  })

  it('are understood in a form, by the ids of types', async () => {
    const own = await make('events', { name: 'Forms' })
    const type = await make('reg-types', { event_id: own.id, name: 'Student' })
    const session = await make('sessions', { event_id: own.id, name: 'S', date: '2030-01-01' })
    const reply = await call(
      'PUT',
      `/sessions/${session.id}/fee`,
      `price=20&conditional_prices%5B${type.id}%5D=6`,
      {
        'content-type': 'application/x-www-form-urlencoded',
      },
    )
    assert.deepEqual([reply.status, reply.body.conditional_prices], [200, { [type.id]: '6.00' }])
  })
})
