import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { insertAppearances, listAppearances } from './queries.ts'
import { mostSpeakers } from './schema.ts'

const { call, make, pool, account_id } = await testApp()
const event = await make('events', { name: 'Race' })
const newSession = () => make('sessions', { event_id: event.id, name: 'Panel', date: '2030-01-01' })
const newSpeakers = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) => make('speakers', { event_id: event.id, name: `P ${n}` })),
  )
const speakersOf = async (id: number): Promise<number[]> =>
  (await call('GET', `/sessions/${id}/speakers`)).body.speakers.map((speaker: Json) => speaker.id)
const people = await newSpeakers(mostSpeakers + 10)

describe('a session that many speakers are added to at once', () => {
  const countOf = (statuses: number[], status: number) => statuses.filter(each => each === status).length

  it('has no more of them than it may, each at a place of its own', async () => {
    const { id } = await newSession()
    const replies = await Promise.all(
      people.map(speaker => call('POST', `/speakers/${speaker.id}/session/${id}`)),
    )
    const statuses = replies.map(({ status }) => status)
    assert.deepEqual([countOf(statuses, 200), countOf(statuses, 422)], [mostSpeakers, 10])
    const places = (await listAppearances(pool, 'session_id', [id])).map(({ sort }) => sort)
    assert.deepEqual(
      places,
      Array.from({ length: mostSpeakers }, (_, place) => place + 1),
    )
  })

  it('would have more without its lock', async () => {
    const { id: session_id } = await newSession()
    const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
    const looked = Promise.withResolvers<void>()
    let looking = people.length
    await Promise.all(
      people.map(async ({ id: speaker_id }) => {
        const { length } = await listAppearances(pool, 'session_id', [session_id])
        if (--looking === 0) looked.resolve()
        await looked.promise
        if (length < mostSpeakers)
          await insertAppearances(pool, actor, event.id, [
            { session_id, speaker_id, role: 'speaker', sort: length + 1 },
          ])
      }),
    )
    assert.equal((await listAppearances(pool, 'session_id', [session_id])).length, people.length)
  })
})

describe('two lists of speakers at once', () => {
  it('leave one of them, whole', async () => {
    const ids = people.map(({ id }) => id)
    const lists = [ids.slice(0, 20), ids.slice(10, 30).toReversed()]
    for (let round = 0; round < 10; round++) {
      const { id } = await newSession()
      const replies = await Promise.all(
        lists.map(list => call('PUT', `/sessions/${id}/speakers`, list as never)),
      )
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200],
      )
      const left = await speakersOf(id)
      assert.ok(
        lists.some(list => JSON.stringify(list) === JSON.stringify(left)),
        JSON.stringify(left),
      )
    }
  })
})

describe('a speaker, or a session, that is deleted while the one is added to the other', () => {
  it('leaves nobody behind, and every call has an answer that says so', async () => {
    for (let round = 0; round < 10; round++) {
      const [session, other] = [await newSession(), await newSession()]
      const [speaker] = await newSpeakers(1)
      const replies = await Promise.all([
        call('POST', `/speakers/${speaker.id}/session`, { session_ids: [session.id, other.id] }),
        call('PUT', `/sessions/${other.id}/speakers`, [speaker.id] as never),
        call('DELETE', `/speakers/${speaker.id}?force=1`),
        call('DELETE', `/sessions/${session.id}`),
      ])
      for (const { status, text } of replies)
        assert.ok([200, 204, 404, 422].includes(status), `${status} ${text}`)
      assert.deepEqual([replies[2]!.status, replies[3]!.status], [204, 204])
      assert.equal((await listAppearances(pool, 'speaker_id', [speaker.id])).length, 0)
    }
  })
})

describe('a choice that is deleted while speakers take it', () => {
  it('is in no speaker afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const field = await make('speakers/fields', {
        name: 'T-shirt',
        type: 'dropDownList',
        choices: [{ name: 'S' }, { name: 'XL' }],
      })
      const [gone] = field.choices
      const replies = await Promise.all([
        ...Array.from({ length: 6 }, (_, n) =>
          call('POST', '/speakers', { event_id: event.id, name: `Q ${n}`, [field.attribute]: 'S' }),
        ),
        ...people.slice(0, 6).map(({ id }) => call('PUT', `/speakers/${id}`, { [field.attribute]: 'S' })),
        call('PUT', `/speakers/field/${field.id}`, { choices: [{ id: gone.id, delete: true }] }),
      ])
      for (const { status, text } of replies) assert.ok([200, 201, 422].includes(status), `${status} ${text}`)
      const left =
        await pool`select id from speakers where custom_fields -> ${field.attribute} @> ${pool.json([gone.id])}`
      assert.deepEqual([...left], [])
      await call('DELETE', `/speakers/field/${field.id}`)
    }
  })
})
