import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const { call, make } = await testApp()
const stranger = await testApp()

/** An event of two days in Brussels, with a session an hour long at a time of day. */
async function newProgramme() {
  const event = await make('events', {
    name: 'Summit',
    timezone: 'Europe/Brussels',
    start_date: '2030-05-04',
    end_date: '2030-05-05',
  })
  const session = (name: string, start_time: string, end_time: string, more: Json = {}) =>
    make('sessions', { event_id: event.id, name, date: '2030-05-04', start_time, end_time, ...more })
  const inEvent = (plural: string, body: Json) => make(plural, { event_id: event.id, ...body })
  const list = async (query = '') => (await call('GET', `/events/${event.id}/conflicts?${query}`)).body
  const found = async () =>
    (await list()).items.map(({ type, session_ids, people }: Json) => [type, ...session_ids, people])
  return { event, session, inEvent, list, found }
}

describe('GET /events/{id}/conflicts', () => {
  it('200 is empty for a programme without any, and without sessions', async () => {
    const { session, list } = await newProgramme()
    assert.deepEqual((await list()).items, [])
    await session('A', '10:00', '11:00')
    await session('B', '11:00', '12:00')
    const { items, _meta } = await list()
    assert.deepEqual([items, _meta.totalCount], [[], 0])
  })

  it('finds a location twice, with its turnaround', async () => {
    const { session, inEvent, found, list } = await newProgramme()
    const hall = await inEvent('locations', { name: 'Hall' })
    const a = await session('A', '10:00', '11:00', { location_id: hall.id })
    const b = await session('B', '11:00', '12:00', { location_id: hall.id })
    assert.deepEqual(await found(), [])
    await call('PUT', `/locations/${hall.id}`, { turnaround_minutes: 10 })
    assert.deepEqual(await found(), [['location_twice', a.id, b.id, 0]])
    const [conflict] = (await list()).items
    assert.deepEqual(conflict, {
      key: `location_twice-${a.id}-${b.id}`,
      type: 'location_twice',
      session_ids: [a.id, b.id],
      location_id: hall.id,
      speaker_id: null,
      people: 0,
      message: '"A" and "B" are in Hall at the same time, or without its turnaround.',
      intended: 0,
    })
    await call('PUT', `/sessions/${b.id}`, { start_time: '11:10' })
    assert.deepEqual(await found(), [])
  })

  it('finds a speaker twice, and one who cannot appear; parts of days that touch are one', async () => {
    const { session, inEvent, found } = await newProgramme()
    const ada = await inEvent('speakers', { name: 'Ada' })
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '10:59', '12:00')]
    for (const { id } of [a, b]) await call('POST', `/speakers/${ada.id}/session/${id}`)
    assert.deepEqual(await found(), [['speaker_twice', a.id, b.id, 0]])
    await call('PUT', `/sessions/${b.id}`, { start_time: '11:00' })
    assert.deepEqual(await found(), [])
    const availability = (...windows: [string | null, string | null][]) =>
      call('PUT', `/speakers/${ada.id}`, {
        availabilities: windows.map(([start_time, end_time]) => ({
          date: '2030-05-04',
          start_time,
          end_time,
        })),
      })
    await availability(['10:00', '10:30'], ['10:30', '12:00'])
    assert.deepEqual(await found(), [])
    await availability([null, '11:30'])
    assert.deepEqual(await found(), [['speaker_unavailable', b.id, 0]])
    await availability(['10:00', null])
    assert.deepEqual(await found(), [])
  })

  it('asks in the zone of the event, also of a session in another zone', async () => {
    const { session, inEvent, found } = await newProgramme()
    const ada = await inEvent('speakers', {
      name: 'Ada',
      availabilities: [{ date: '2030-05-04', start_time: '15:00', end_time: '17:00' }],
    })
    const { id } = await session('Far', '09:00', '10:00', {
      timezone: 'America/New_York',
      use_event_timezone: 0,
    })
    await call('POST', `/speakers/${ada.id}/session/${id}`)
    assert.deepEqual(await found(), [])
  })

  it('200 where the clocks go back during a session, so that it ends before it begins on the wall', async () => {
    const { event, inEvent, list } = await newProgramme()
    await call('PUT', `/events/${event.id}`, { start_date: '2030-10-27', end_date: '2030-10-27' })
    const ada = await inEvent('speakers', { name: 'Ada', availabilities: [{ date: '2030-10-27' }] })
    const night = { date: '2030-10-27', timezone: 'UTC', use_event_timezone: 0 }
    const { id } = await inEvent('sessions', {
      ...night,
      name: 'Night',
      start_time: '00:30',
      end_time: '01:15',
    })
    await call('POST', `/speakers/${ada.id}/session/${id}`)
    assert.deepEqual((await list()).items, [])
  })

  it('finds rooms that are too small, days outside, and seats at the same time: the most urgent first', async () => {
    const { event, session, inEvent, found, list } = await newProgramme()
    const room = await inEvent('locations', { name: 'Closet', capacity: 1 })
    const a = await session('A', '10:00', '11:00')
    const b = await session('B', '10:30', '11:30')
    const c = await session('C', '13:00', '14:00', { location_id: room.id, capacity: 5 })
    const d = await session('D', '10:00', '11:00', { date: '2030-05-06' })
    for (const n of [1, 2])
      await inEvent('registrants', { email: `p${n}@example.com`, session_ids: [a.id, b.id, c.id] })
    assert.deepEqual(await found(), [
      ['seats_exceed_location', c.id, 2],
      ['registrants_overlap', a.id, b.id, 2],
      ['outside_event', d.id, 0],
      ['capacity_exceeds_location', c.id, 2],
    ])
    const second = await list('per-page=1&page=2')
    assert.deepEqual(
      [second.items.map(({ type }: Json) => type), second._meta.totalCount],
      [['registrants_overlap'], 4],
    )
    assert.ok(second._links.next.href.includes(`/events/${event.id}/conflicts?`))
  })

  it('leaves out sessions that are submitted or rejected', async () => {
    const { session, inEvent, found } = await newProgramme()
    const hall = await inEvent('locations', { name: 'Hall' })
    await session('A', '10:00', '11:00', { location_id: hall.id })
    const b = await session('B', '10:00', '11:00', { location_id: hall.id, session_status: 'submitted' })
    assert.deepEqual(await found(), [])
    await call('PUT', `/sessions/${b.id}`, { session_status: 'approved' })
    assert.equal((await found()).length, 1)
  })

  it('404 for another account, and for an event that does not exist', async () => {
    const { event } = await newProgramme()
    assert.equal((await stranger.call('GET', `/events/${event.id}/conflicts`)).status, 404)
    assert.equal((await call('GET', '/events/999999999/conflicts')).status, 404)
  })
})

describe('PUT /events/{id}/conflicts/{key}', () => {
  it('200 silences what is intended until that is taken back, or another conflict comes', async () => {
    const { event, session, inEvent, found, list } = await newProgramme()
    const hall = await inEvent('locations', { name: 'Everywhere' })
    const at = { location_id: hall.id }
    const [a, b] = [await session('A', '10:00', '11:00', at), await session('B', '10:00', '11:00', at)]
    const [{ key }] = (await list()).items
    const path = `/events/${event.id}/conflicts/${key}`
    const marked = await call('PUT', path, {})
    assert.deepEqual([marked.status, marked.body.intended, await found()], [200, 1, []])
    assert.equal((await call('PUT', path, { intended: 1 })).status, 200)
    assert.deepEqual(
      (await list('intended=1')).items.map(({ intended }: Json) => intended),
      [1],
    )
    const c = await session('C', '10:00', '11:00', at)
    assert.equal((await found()).length, 2)
    await call('DELETE', `/sessions/${c.id}`)
    await call('PUT', path, { intended: 0 })
    assert.deepEqual(await found(), [['location_twice', a.id, b.id, 0]])
    assert.deepEqual(faultsIn(await call('PUT', path, { intended: 'perhaps' })), ['intended: flag'])
    assert.equal((await call('PUT', `/events/${event.id}/conflicts/nothing-1-2`, {})).status, 404)
    assert.equal((await stranger.call('PUT', path, {})).status, 404)
    assert.equal((await call('DELETE', `/events/${event.id}`)).status, 204)
  })
})
