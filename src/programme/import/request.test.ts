import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make, token } = app

const bring = async (event_id: number, file: string, fields: Record<string, string> = {}, query = '') => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([file]), 'programme')
  const request = new Request('http://x/', { method: 'POST', body: form })
  const response = await app.app.inject({
    method: 'POST',
    url: `/api/v1/events/${event_id}/import${query}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': request.headers.get('content-type')! },
    payload: Buffer.from(await request.arrayBuffer()),
  })
  return { status: response.statusCode, body: response.json() as any }
}
const sessionsOf = async (event_id: number) =>
  (await call('GET', `/sessions?event_id=${event_id}&fields=*&sort=id&expand=speakers`)).body.items
const table =
  'Titel;Datum;Beginn;Ende;Raum;Plätze;Referent\nBrot;04.05.2030;9:00;10:30 Uhr;Mühle;20;Ada King\nWasser;04.05.2030;23:30;0:30;Mühle;;\n'

describe('POST /events/{id}/import', () => {
  it('200 brings a table in, and the second time nothing changes', async () => {
    const event = await make('events', { name: 'Days', timezone: 'Europe/Berlin' })
    const first = await bring(event.id, table)
    assert.equal(first.status, 200)
    assert.deepEqual(
      [
        first.body.session.created,
        first.body.location.created,
        first.body.speaker.created,
        first.body.matched_by,
      ],
      [2, 1, 1, 'title and start'],
    )
    const [bread, water] = await sessionsOf(event.id)
    assert.deepEqual(
      [
        bread.name,
        bread.starts_at,
        bread.ends_at,
        bread.capacity,
        bread.location.name,
        bread.speakers[0].name,
      ],
      ['Brot', '2030-05-04T07:00:00Z', '2030-05-04T08:30:00Z', 20, 'Mühle', 'Ada King'],
    )
    assert.equal(water.ends_at, '2030-05-04T22:30:00Z')
    const before = (await changesOf(app)).length
    const second = await bring(event.id, table)
    assert.deepEqual([second.body.session.unchanged, (await changesOf(app)).length], [2, before])
  })

  it('200 with validate_only says what would change, and keeps nothing', async () => {
    const event = await make('events', { name: 'Days', timezone: 'Europe/Berlin' })
    const { status, body } = await bring(event.id, table, { validate_only: '1' })
    assert.deepEqual([status, body.dry_run, body.session.created], [200, true, 2])
    assert.deepEqual(await sessionsOf(event.id), [])
    await bring(event.id, table)
    const [bread] = await sessionsOf(event.id)
    await call('PUT', `/sessions/${bread.id}`, { capacity: 5 })
    const kept = await bring(event.id, table, {}, '?keep_edits=1')
    assert.deepEqual(
      kept.body.changes.map(({ outcome, members }: any) => [outcome, members[0].member, members[0].kept]),
      [['kept', 'capacity', true]],
    )
    assert.equal((await sessionsOf(event.id))[0].capacity, 5)
  })

  it('takes columns, the order of dates and the zone from the form', async () => {
    const event = await make('events', { name: 'Days', timezone: 'UTC' })
    const text = 'What,Date,Start\nA,5/3/2030,9:00\n'
    assert.equal((await bring(event.id, text)).body.type, 'unreadable_file')
    const maps: Record<string, string>[] = [{ map: '{"What":"name"}' }, { 'map[What]': 'name' }]
    for (const map of maps) {
      const ambiguous = await bring(event.id, text, map)
      assert.deepEqual([ambiguous.status, ambiguous.body[0].type], [422, 'ambiguous_date'])
    }
    const fields = { 'map[What]': 'name', date_order: 'dmy', timezone: 'America/New_York' }
    assert.equal((await bring(event.id, text, fields)).status, 200)
    assert.equal((await sessionsOf(event.id))[0].starts_at, '2030-03-05T14:00:00Z')
  })

  it('refuses what it cannot take', async () => {
    const event = await make('events', { name: 'Days', timezone: 'UTC' })
    const many = `Title,Date\n${Array.from({ length: 1001 }, (_, n) => `T${n},2030-05-04`).join('\n')}`
    assert.deepEqual((await bring(event.id, many)).body[0].type, 'too_many')
    assert.equal((await bring(event.id, '')).status, 400)
    assert.equal(
      (await bring(event.id, table, { timezone: 'Mars', date_order: 'x', map: '[]' })).body.length,
      3,
    )
    assert.equal((await call('POST', `/events/${event.id}/import`, {})).status, 422)
    assert.equal((await bring(999_999_999, table)).status, 404)
  })
})
