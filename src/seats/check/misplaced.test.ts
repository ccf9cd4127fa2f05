import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { checkIntegrity } from './integrity.ts'

const { make, pool } = await testApp({ url: await ownDatabase() })

it('finds reviews and speakers of what was never submitted', async () => {
  const event = await make('events', { name: 'Summit' })
  const reviewer = await make('cfs-contacts', { event_id: event.id, email: 'r@example.com', reviewer: 1 })
  const submission = await make('cfs-submissions', {
    event_id: event.id,
    name: 'Engines',
    speakers: [{ name: 'Ada' }],
  })
  const review = await make('cfs-reviews', {
    submission_id: submission.id,
    reviewer_id: reviewer.id,
    rating: 1,
  })
  assert.deepEqual((await checkIntegrity(pool, new Date())).findings, [])
  await pool`update sessions set submitted_at = null, cfs_answer = null where id = ${submission.id}`
  const { findings } = await checkIntegrity(pool, new Date())
  assert.deepEqual(
    findings.map(({ invariant, type, object, object_id }) => [invariant, type, object, object_id]),
    [
      [7, 'misplaced', 'cfs_review', review.id],
      [7, 'misplaced', 'cfs_speaker', submission.speakers[0].id],
    ],
  )
})
