import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse } from 'csv-parse/sync'
import { type Json, testApp } from '../../../test/support/app.ts'
import { readWorkbook } from '../import/table/workbook.ts'

const app = await testApp()
const { call, make, token } = app
const stranger = await testApp()

const get = (event: Json, path: string, who = token) =>
  app.app.inject({
    method: 'GET',
    url: `/api/v1/events/${event.id}/exports/${path}`,
    headers: { authorization: `Bearer ${who}` },
  })
const table = async (event: Json, records: string): Promise<Json[]> =>
  parse((await get(event, records)).body, { bom: true, columns: true, info: false })

async function scene() {
  const event = await make('events', { name: 'E', timezone: 'Europe/Berlin' })
  const field = await make('sessions/fields', { name: 'Level', type: 'textInput' })
  const session = await make('sessions', {
    event_id: event.id,
    name: '=SUM(1)',
    date: '2030-05-04',
    start_time: '10:00',
    capacity: 3,
    notes: 'for us',
    [field.attribute]: 'hard',
  })
  const ada = await make('speakers', { event_id: event.id, name: 'Ada King', email: 'ada@example.org' })
  await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: ada.id }])
  return { event, session, ada }
}

describe('GET /events/{id}/exports/{records}', () => {
  it('200 has all sessions with all members, custom fields and speakers', async () => {
    const { event, session } = await scene()
    const [row] = await table(event, 'sessions')
    assert.deepEqual(
      [
        row!.id,
        row!.name,
        row!.capacity,
        row!.notes,
        row!.starts_at,
        row!.Level,
        row!.speakers,
        row!.seats_left,
      ],
      [String(session.id), "'=SUM(1)", '3', 'for us', '2030-05-04T08:00:00Z', 'hard', 'Ada King', '3'],
    )
  })

  it('200 has all speakers, and all registrants of more than a page, with their answers', async () => {
    const { event, session, ada } = await scene()
    const question = await make('event-questions', { event_id: event.id, name: 'Diet?', type: 'textInput' })
    for (let n = 0; n < 205; n++)
      await make('registrants', {
        event_id: event.id,
        email: `x${n}@example.com`,
        session_ids: n < 2 ? [session.id] : [],
        [question.attribute]: `d${n}`,
      })
    const people = await table(event, 'registrants')
    assert.deepEqual(
      [people.length, people[1]!.email, people[1]!.session_ids, people[204]!['Diet?']],
      [205, 'x1@example.com', String(session.id), 'd204'],
    )
    assert.deepEqual(
      (await table(event, 'speakers')).map(({ id, name, email }) => [id, name, email]),
      [[String(ada.id), 'Ada King', 'ada@example.org']],
    )
  })

  it('200 is a workbook where that is asked for, and a file by its headers', async () => {
    const { event } = await scene()
    const reply = await get(event, 'sessions?format=xlsx')
    assert.match(String(reply.headers['content-disposition']), /^attachment; filename="sessions-\d+\.xlsx"$/)
    const { rows } = await readWorkbook(reply.rawPayload)
    assert.equal(rows[1]![rows[0]!.indexOf('name')], '=SUM(1)')
  })

  it('200 has a header when there is nothing; 400, 401 and 404 otherwise', async () => {
    const empty = await make('events', { name: 'Empty', timezone: 'UTC' })
    assert.match((await get(empty, 'registrants')).body, /^\ufeffid,event_id,.*\r\n$/)
    assert.equal((await get(empty, 'sessions?format=pdf')).statusCode, 400)
    assert.equal((await get(empty, 'secrets')).statusCode, 404)
    assert.equal((await get(empty, 'sessions', stranger.token)).statusCode, 404)
    assert.equal((await get(empty, 'sessions', 'none')).statusCode, 401)
  })
})
