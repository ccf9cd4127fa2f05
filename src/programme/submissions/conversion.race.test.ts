import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { atOnce } from '../../../test/support/races.ts'
import { linkSpeakers } from './conversion.ts'

const { call, make, pool, account_id } = await testApp()
const newEvent = () => make('events', { name: 'Race' })

async function approved(event_id: number) {
  const submission = await make('cfs-submissions', { event_id, name: 'Panel', speakers: [{ name: 'Ada' }] })
  await call('PUT', `/cfs-submissions/${submission.id}`, { submission_status: 'approved' })
  return submission
}
const speakersIn = async (event_id: number) =>
  (await call('GET', `/speakers?event_id=${event_id}`)).body.items.length

describe('a submission that is converted many times at once', () => {
  it('has each speaker once, and every call the same answer', async () => {
    for (let round = 0; round < 5; round++) {
      const event = await newEvent()
      const { id } = await approved(event.id)
      const replies = await Promise.all(
        Array.from({ length: 6 }, () => call('POST', `/cfs-submissions/${id}/convert`)),
      )
      assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
      assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
      assert.equal(await speakersIn(event.id), 1)
    }
  })

  it('would have more of them without its lock', async () => {
    const event = await newEvent()
    const submission = await approved(event.id)
    const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
    const link = (db: Parameters<typeof linkSpeakers>[0]) => linkSpeakers(db, actor, submission)
    await atOnce(pool, link, link)
    assert.equal(await speakersIn(event.id), 2)
  })
})
