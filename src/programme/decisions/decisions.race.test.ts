import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { call, make, pool } = await testApp()
const event = await make('events', { name: 'Race', status: 'live' })

describe('a submission that is decided, converted, edited and deleted at once', () => {
  it('goes only where it may, with an answer to every call', async () => {
    for (let round = 0; round < 8; round++) {
      const contact = await make('cfs-contacts', { event_id: event.id, email: 'r@example.com', reviewer: 1 })
      const { id } = await make('cfs-submissions', {
        event_id: event.id,
        name: `S ${round}`,
        contact_id: contact.id,
        selection_control: round % 2 === 0 ? 'included' : 'optional',
        speakers: [{ name: 'Ada', email: 'ada@example.com' }],
      })
      const decide = (status: string) => call('PUT', '/cfs-submissions/decisions', [{ id, status }] as never)
      const replies = await Promise.all([
        decide('approved'),
        decide('rejected'),
        decide('approved'),
        call('POST', `/cfs-submissions/${id}/convert`),
        call('PUT', `/cfs-submissions/${id}`, { name: 'Edited', contact_id: contact.id }),
        call('POST', '/cfs-submissions', {
          event_id: event.id,
          name: 'Other',
          contact_id: contact.id,
          selection_control: 'included',
        }),
        call('POST', '/cfs-reviews', { submission_id: id, reviewer_id: contact.id, rating: 2 }),
        call('POST', '/cfs-submissions/notify', { event_id: event.id }),
        call('POST', `/cfs-contacts/${contact.id}/forget`),
        ...(round > 3 ? [call('DELETE', `/cfs-contacts/${contact.id}?force=1`)] : []),
        ...(round > 5 ? [call('DELETE', `/cfs-submissions/${id}`)] : []),
      ])
      for (const { status, text } of replies)
        assert.ok([200, 201, 204, 404, 422].includes(status), `${status} ${text}`)
      const linked = await pool`
        select p.id from cfs_speakers p join sessions s on s.id = p.session_id
        where s.id = ${id} and p.speaker_id is not null and s.session_status not in ('live', 'rejected')`
      assert.deepEqual([...linked], [])
    }
    const people =
      await pool`select id from speakers where event_id = ${event.id} and email = 'ada@example.com'`
    assert.ok(people.length <= 1)
  })
})
