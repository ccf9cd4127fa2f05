import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const { make, call, pool } = await testApp()
const brussels = { name: 'E', timezone: 'Europe/Brussels' }
const gap = { close_date: '2026-03-29', close_time: '02:30' }
const create = (more: Json) => call('POST', '/events/create', { ...brussels, ...more })
const change = (event: Json, more: Json) => call('PUT', `/events/${event.id}`, more)

describe('the closing of an event', () => {
  it('422 for a time without its day, when it is made and when it is changed', async () => {
    assert.deepEqual(faultsIn(await create({ close_time: '10:00' })), ['close_date: required'])
    assert.deepEqual(faultsIn(await create({ close_time: '10:00', close_date: 'soon' })), [
      'close_date: date',
    ])
    const event = await make('events', { ...brussels, close_date: '2026-03-29', close_time: '10:00' })
    assert.deepEqual(faultsIn(await change(event, { close_date: null })), ['close_date: required'])
    assert.equal((await change(event, { close_date: null, close_time: null })).status, 200)
  })

  it('422 for a time that the clocks skip, naming the nearest, also after a change of the zone', async () => {
    const refused = await create(gap)
    assert.deepEqual(faultsIn(refused), ['close_time: nonexistent_time'])
    assert.deepEqual(refused.body[0].nearest, ['2026-03-29 01:59:59', '2026-03-29 03:00:00'])
    for (const moment of ['start', 'end'])
      assert.deepEqual(
        faultsIn(await create({ [`${moment}_date`]: '2026-03-29', [`${moment}_time`]: '02:30' })),
        [`${moment}_time: nonexistent_time`],
      )
    const event = await make('events', { ...brussels, ...gap, timezone: 'UTC' })
    assert.deepEqual(faultsIn(await change(event, { timezone: 'Europe/Brussels' })), [
      'close_time: nonexistent_time',
    ])
  })

  it('what was stored before there was a rule does not keep the rest from being changed', async () => {
    const event = await make('events', brussels)
    await pool`update events set close_time = '10:00' where id = ${event.id}`
    assert.equal((await change(event, { name: 'Other', close_time: '10:00:00' })).status, 200)
  })
})

describe('a clone', () => {
  it('of the longest name has a name that an update accepts', async () => {
    const event = await make('events', { name: '😀'.repeat(1000) })
    const copy = (await call('POST', `/events/${event.id}/clone`)).body
    assert.equal(copy.name, `${'😀'.repeat(993)} (copy)`)
    assert.equal((await change(copy, { name: copy.name, hashtag: 'x' })).status, 200)
  })

  it('422 for dates that no update accepts, of the event and of its sessions', async () => {
    const event = await make('events', { ...brussels, start_date: '2026-01-01', end_date: '2027-12-31' })
    const clone = (source: Json, start_date: string) =>
      call('POST', `/events/${source.id}/clone`, { start_date })
    assert.deepEqual(faultsIn(await clone(event, '9998-12-31')), ['start_date: date'])
    const wide = await make('events', { ...brussels, start_date: '2026-01-01' })
    await make('sessions', { event_id: wide.id, name: 'Late', date: '2027-01-01' })
    await make('sessions', { event_id: wide.id, name: 'Early', date: '2020-01-01' })
    for (const date of ['9998-01-02', '1900-01-01']) {
      const refused = await clone(wide, date)
      assert.deepEqual(faultsIn(refused), ['start_date: date'])
      assert.match(refused.body[0].message, /from 1900-01-01 to 9998-12-31/)
    }
    assert.equal((await clone(wide, '9997-12-31')).status, 201)
  })

  it('422 for a closing that does not exist on its new day', async () => {
    const event = await make('events', {
      ...brussels,
      start_date: '2026-04-01',
      close_date: '2026-03-28',
      close_time: '02:30',
    })
    const { id } = event
    assert.deepEqual(faultsIn(await call('POST', `/events/${id}/clone`, { start_date: '2026-04-02' })), [
      'start_date: nonexistent_time',
    ])
  })
})

describe('the URL that is made of a name', () => {
  it('has the vowel signs and other marks of its script, composed, and an update accepts it', async () => {
    for (const [name, url] of [
      ['हिन्दी सम्मेलन', 'हिन्दी-सम्मेलन'],
      ['தமிழ் மாநாடு', 'தமிழ்-மாநாடு'],
      ['プログラミング が好き', 'プログラミング-が好き'],
      ['Cafe\u0301 Événement', 'cafe-evenement'],
      ['Йод', 'йод'],
    ]) {
      const event = await make('events', { name })
      assert.equal(event.url, url)
      assert.equal((await change(event, { url: event.url.normalize('NFD'), hashtag: 'x' })).body.url, url)
    }
  })
})
