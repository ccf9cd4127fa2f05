import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { sessionStatuses } from '../sessions/input-schema.ts'

const app = await testApp()
const { call, make, pool } = app
const event = await make('events', { name: 'Summit', start_date: '2030-05-01' })
const submit = (more: Json = {}) => make('cfs-submissions', { event_id: event.id, name: 'Engines', ...more })
const put = (id: number, body: Json) => call('PUT', `/cfs-submissions/${id}`, body)
/** A submission of a status, whatever way led there. */
async function standing(status: string, more: Json = {}): Promise<any> {
  const submission = await submit(more)
  await call('PUT', `/sessions/${submission.id}`, { session_status: status })
  return submission
}
const convert = (id: number, query = '') => call('POST', `/cfs-submissions/${id}/convert${query}`)
const speakersOf = async (id: number) => (await call('GET', `/sessions/${id}/speakers`)).body.speakers

const allowed: Record<string, string[]> = {
  submitted: ['approved', 'rejected'],
  approved: ['rejected', 'live'],
  rejected: ['approved'],
  converted: [],
  live: [],
}

describe('moves of a submission', () => {
  for (const from of sessionStatuses)
    for (const to of sessionStatuses)
      it(`${from} → ${to}: ${from === to || allowed[from]!.includes(to) ? 'yes' : 'no'}`, async () => {
        const { id } = await standing(from)
        const reply = await put(id, { submission_status: to })
        if (from === to || allowed[from]!.includes(to))
          return assert.deepEqual([reply.status, reply.body.submission_status], [200, to])
        assert.deepEqual(faultsIn(reply), ['submission_status: move'])
        assert.deepEqual(reply.body[0].allowed, allowed[from])
        for (const word of allowed[from]!) assert.ok(reply.body[0].message.includes(word))
        assert.equal((await call('GET', `/sessions/${id}`)).body.session_status, from)
      })

  it('lead a submission only along those that are allowed, whatever is asked', async () => {
    let seed = Number(process.env.LECTERN_SEED ?? 7)
    const next = (count: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * count)
    }
    for (let walk = 0; walk < 8; walk++) {
      const { id } = await submit()
      let at = 'submitted'
      for (let step = 0; step < 12; step++) {
        const to = sessionStatuses[next(sessionStatuses.length)]!
        const member = next(2) === 0 ? 'submission_status' : 'session_status'
        const { status } = await put(id, { [member]: to })
        const isAllowed = to === at || allowed[at]!.includes(to)
        assert.equal(status, isAllowed ? 200 : 422, `${at} → ${to}`)
        if (isAllowed) at = to
        const { body } = await call('GET', `/cfs-submissions/${id}`)
        assert.equal(body.submission_status, at)
        assert.equal(body.converted_session_id, at === 'live' ? id : null)
      }
    }
  })
})

describe('POST /cfs-submissions/{id}/convert', () => {
  it('makes an approved one live, and its speakers speakers of the event and the session', async () => {
    const { id } = await standing('approved', {
      cfs_answer: 'yes',
      speakers: [
        { name: 'Ada Lovelace', email: 'ada@example.com', company: 'Engines' },
        { first_name: 'Mary' },
      ],
    })
    const first = await convert(id)
    assert.deepEqual([first.status, first.body.session_status, first.body.warnings], [200, 'live', undefined])
    const speakers = await speakersOf(id)
    assert.deepEqual(
      speakers.map(({ name, cfs_speaker, company, sort }: Json) => [name, cfs_speaker, company, sort]),
      [
        ['Ada Lovelace', 1, 'Engines', 1],
        ['Mary', 1, null, 2],
      ],
    )
    assert.deepEqual(
      first.body.converted_speaker_ids,
      speakers.map((speaker: Json) => speaker.id),
    )
    assert.equal(first.body.converted_session_id, id)
    const again = await convert(id)
    assert.deepEqual([again.status, again.body], [200, first.body])
  })

  it('makes one speaker of somebody with two submissions, and leaves those of the session', async () => {
    const person = { name: 'Grace Hopper', email: 'Grace@example.com' }
    const [one, two] = [
      await standing('approved', { speakers: [person] }),
      await standing('approved', { speakers: [{ ...person, email: 'grace@example.com' }] }),
    ]
    const host = await make('speakers', { event_id: event.id, name: 'Host' })
    await call('PUT', `/sessions/${two.id}/speakers`, [host.id] as never)
    const [first, second] = [await convert(one.id), await convert(two.id)]
    assert.deepEqual(first.body.converted_speaker_ids, second.body.converted_speaker_ids)
    assert.deepEqual(
      (await speakersOf(two.id)).map(({ id }: Json) => id),
      [host.id, ...first.body.converted_speaker_ids],
    )
  })

  it('422 for one that is not approved, naming what is allowed, and for one that was declined', async () => {
    const { id } = await submit()
    const early = await convert(id)
    assert.deepEqual(faultsIn(early), ['submission_status: move'])
    assert.deepEqual(early.body[0].allowed, ['approved', 'rejected'])
    const declined = await standing('approved', { cfs_answer: 'no', speakers: [{ name: 'Never Comes' }] })
    assert.deepEqual(faultsIn(await convert(declined.id)), ['cfs_answer: declined'])
    assert.deepEqual(faultsIn(await put(declined.id, { submission_status: 'live' })), [
      'cfs_answer: declined',
    ])
    const { body } = await call('GET', `/speakers?event_id=${event.id}&search=last_name%3DComes`)
    assert.deepEqual(body.items, [])
  })

  it('warns of one that is not answered, and keeps nothing when it is only tried', async () => {
    const { id } = await standing('approved', { speakers: [{ name: 'Tried Only' }] })
    const tried = await convert(id, '?validate_only=true')
    assert.deepEqual([tried.status, tried.body.session_status], [200, 'live'])
    assert.equal((await call('GET', `/sessions/${id}`)).body.session_status, 'approved')
    const done = await convert(id)
    assert.deepEqual(
      done.body.warnings.map(({ field, type }: Json) => [field, type]),
      [['cfs_answer', 'not_answered']],
    )
  })

  it('412 for another version', async () => {
    const { id } = await standing('approved')
    const headers = { 'if-match': '"99-x"' }
    assert.equal((await call('POST', `/cfs-submissions/${id}/convert`, undefined, headers)).status, 412)
  })

  it('goes by the rules of seats: an included one takes everybody in', async () => {
    const own = await make('events', { name: 'Included', status: 'live' })
    const registrant = await make('registrants', {
      event_id: own.id,
      email: 'r@example.com',
      first_name: 'R',
    })
    const { id } = await make('cfs-submissions', {
      event_id: own.id,
      name: 'Keynote',
      selection_control: 'included',
    })
    await put(id, { submission_status: 'approved' })
    const { body } = await convert(id)
    assert.deepEqual([body.not_included, body.seats_taken], [[], 1])
    assert.deepEqual((await call('GET', `/registrants/${registrant.id}`)).body.session_ids, [String(id)])
  })

  it('leaves those who are to speak without the speaker who was deleted', async () => {
    const { id } = await standing('approved', { speakers: [{ name: 'Short Lived' }] })
    const [speaker_id] = (await convert(id)).body.converted_speaker_ids
    assert.equal((await call('DELETE', `/speakers/${speaker_id}?force=1`)).status, 204)
    const { body } = await call('GET', `/cfs-submissions/${id}`)
    assert.deepEqual([body.converted_speaker_ids, body.speakers[0].speaker_id], [[], null])
  })

  it('forgets who became a speaker with the speaker', async () => {
    const { id } = await standing('approved', { speakers: [{ name: 'Olga Forgotten', bio: 'Secret life' }] })
    const [speaker_id] = (await convert(id)).body.converted_speaker_ids
    assert.equal((await call('POST', `/speakers/${speaker_id}/forget`)).status, 200)
    const traces = await pool`
      select 1 from changes where account_id = ${app.account_id} and (before::text ~ 'Olga|Secret life' or after::text ~ 'Olga|Secret life')
      union all select 1 from cfs_speakers where session_id = ${id} and (first_name is not null or bio is not null)`
    assert.equal(traces.length, 0)
  })
})
