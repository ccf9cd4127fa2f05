import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { makeReviewer } from '../../records/reviewers/reviewers.ts'

const app = await testApp()
const { call, make, pool, account_id } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const contact = (more: Json = {}) =>
  make('cfs-contacts', { event_id: event.id, email: 'ada@example.com', ...more })

describe('/cfs-contacts', () => {
  it('are created, changed, searched and deleted', async () => {
    const ada = await contact({ first_name: 'Ada', reviewer: 'true', company: 'Engines', language: 'en' })
    assert.deepEqual(
      [ada.reviewer, ada.submitter, ada.contact_id, ada.deleted, ada.user_id],
      [1, 0, null, null, null],
    )
    assert.ok(ada.secure_id.length > 10)
    const back = await call('PUT', `/cfs-contacts/update/${ada.id}`, { ...ada, secure_id: '' })
    assert.deepEqual(back.body, ada)
    await contact({ submitter: 1 })
    const { body } = await call('GET', `/cfs-contacts?event_id=${event.id}&search=reviewer=true`)
    assert.deepEqual(body.items, [{ id: ada.id, first_name: 'Ada', last_name: null }])
    assert.equal((await call('GET', '/cfs-contacts')).status, 400)
    assert.equal((await stranger.call('GET', `/cfs-contacts/${ada.id}`)).status, 404)
    assert.equal((await call('DELETE', `/cfs-contacts/delete/${ada.id}`)).status, 204)
    assert.deepEqual(faultsIn(await call('POST', '/cfs-contacts', { email: 'x' })), [
      'event_id: required',
      'email: pattern',
    ])
  })

  it('with submissions or reviews are deleted when that is forced', async () => {
    const ada = await contact({ reviewer: 1 })
    const mine = await make('cfs-submissions', { event_id: event.id, name: 'Mine', contact_id: ada.id })
    const other = await make('cfs-submissions', { event_id: event.id, name: 'Other' })
    const { id } = await make('cfs-reviews', { submission_id: other.id, reviewer_id: ada.id, rating: 3 })
    const refused = await call('DELETE', `/cfs-contacts/${ada.id}`)
    assert.deepEqual(faultsIn(refused), ['id: has_submissions'])
    assert.deepEqual([refused.body[0].submissions, refused.body[0].reviews], [1, 1])
    assert.equal((await call('DELETE', `/cfs-contacts/${ada.id}?force=1`)).status, 204)
    assert.equal((await call('GET', `/cfs-reviews/${id}`)).status, 404)
    assert.equal((await call('GET', `/cfs-submissions/${mine.id}`)).body.contact_id, null)
    const records = (await changesOf(app)).filter(({ object_id }) =>
      [ada.id, id, mine.id].includes(object_id),
    )
    assert.ok(records.some(({ object, action }) => object === 'cfs_review' && action === 'delete'))
    assert.equal(records.findLast(({ object }) => object === 'session')!.after.contact_id, null)
  })
})

/** Everything that the database has of an account, as one text. */
async function everything(): Promise<string> {
  const tables = ['cfs_contacts', 'cfs_speakers', 'cfs_reviews', 'changes', 'outbox', 'idempotency_keys']
  const texts = await Promise.all(
    tables.map(table => pool`select t::text as row from ${pool(table)} t where account_id = ${account_id}`),
  )
  const drafts = await pool`select d::text as row from cfs_drafts d`
  return [...texts, drafts].flatMap(rows => rows.map(({ row }) => row)).join('\n')
}

describe('POST /cfs-contacts/{id}/forget', () => {
  const traces = /Olga|Orlova|olga@|Orlova GmbH|knows her well|writes as Olga/

  it('leaves nothing of a submitter, and keeps what was submitted and its ratings', async () => {
    const key = { 'idempotency-key': 'forget-1' }
    const person = { first_name: 'Olga', last_name: 'Orlova', email: 'olga@example.com' }
    const body = { event_id: event.id, ...person, company: 'Orlova GmbH', submitter_role: 'Olga herself' }
    const made = await call('POST', '/cfs-contacts', body, key)
    const submission = await call(
      'POST',
      '/cfs-submissions',
      {
        event_id: event.id,
        name: 'Kept',
        contact_id: made.body.id,
        speakers: [person, { name: 'Olga Orlova' }, { name: 'Someone Else', email: 'else@example.com' }],
      },
      { 'idempotency-key': 'forget-2' },
    )
    const reviewer = await contact({ reviewer: 1 })
    const notes = 'knows her well'
    const review = await make('cfs-reviews', {
      submission_id: submission.body.id,
      reviewer_id: reviewer.id,
      rating: 4,
      notes,
    })
    await pool`
      insert into cfs_drafts (contact_id, form, created_at) values (${made.body.id}, '{"name": ["Olga"]}', now())`
    assert.match(await everything(), traces)
    const { status, body: forgotten } = await call('POST', `/cfs-contacts/${made.body.id}/forget`)
    assert.equal(status, 200)
    assert.doesNotMatch(await everything(), traces)
    assert.deepEqual((await call('POST', `/cfs-contacts/${made.body.id}/forget`)).body, forgotten)
    const kept = (await call('GET', `/cfs-submissions/${submission.body.id}`)).body
    assert.deepEqual(
      [kept.name, kept.rating_average, kept.contact_id, kept.speakers.map(({ name }: Json) => name)],
      ['Kept', 4, made.body.id, ['', '', 'Someone Else']],
    )
    assert.equal((await call('GET', `/cfs-reviews/${review.id}`)).body.notes, null)
    assert.deepEqual(faultsIn(await call('POST', '/cfs-contacts', body, key)), ['Idempotency-Key: forgotten'])
    assert.deepEqual(faultsIn(await call('PUT', `/cfs-contacts/${made.body.id}`, { first_name: 'Olga' })), [
      'id: forgotten',
    ])
  })

  it('leaves nothing of a reviewer, also of one who was deleted', async () => {
    const user = { id: 815, email: 'olga@example.com', first_name: 'Olga', last_name: 'Orlova' }
    const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
    await makeReviewer(pool, actor, user, [event.id])
    const [reviewer] = await pool`select id from cfs_contacts where user_id = 815 and event_id = ${event.id}`
    const submission = await make('cfs-submissions', { event_id: event.id, name: 'Reviewed' })
    const review = { submission_id: submission.id, reviewer_id: reviewer!.id, rating: 2 }
    await call(
      'POST',
      '/cfs-reviews',
      { ...review, notes: 'writes as Olga' },
      { 'idempotency-key': 'forget-3' },
    )
    assert.equal((await call('POST', `/cfs-contacts/${reviewer!.id}/forget`)).status, 200)
    assert.doesNotMatch(await everything(), traces)
    assert.equal((await call('GET', `/cfs-submissions/${submission.id}`)).body.rating_average, 2)
    assert.equal((await call('GET', `/cfs-contacts/${reviewer!.id}`)).body.user_id, null)

    const gone = await contact({ first_name: 'Olga', email: 'olga@example.com' })
    assert.equal((await call('DELETE', `/cfs-contacts/${gone.id}`)).status, 204)
    assert.match(await everything(), traces)
    assert.equal((await call('POST', `/cfs-contacts/${gone.id}/forget`)).status, 200)
    assert.doesNotMatch(await everything(), traces)
    assert.equal((await stranger.call('POST', `/cfs-contacts/${gone.id}/forget`)).status, 404)
    assert.equal((await call('POST', '/cfs-contacts/999999999/forget')).status, 404)
  })

  it('leaves nothing about what somebody submitted, when that and they were deleted before', async () => {
    const olga = await contact({ first_name: 'Olga', last_name: 'Orlova', email: 'olga@example.com' })
    const reviewer = await contact({ reviewer: 1 })
    const ids: number[] = []
    for (const name of ['Deleted', 'Left behind']) {
      const { id } = await make('cfs-submissions', {
        event_id: event.id,
        name,
        contact_id: olga.id,
        speakers: [{ name: 'Olga Orlova' }],
      })
      const review = { submission_id: id, reviewer_id: reviewer.id, rating: 1 }
      await make('cfs-reviews', { ...review, notes: 'knows her well' })
      ids.push(id)
    }
    await call('DELETE', `/cfs-submissions/${ids[0]}`)
    await call('DELETE', `/cfs-contacts/${olga.id}?force=1`)
    assert.match(await everything(), traces)
    assert.equal((await call('POST', `/cfs-contacts/${olga.id}/forget`)).status, 200)
    assert.doesNotMatch(await everything(), traces)
  })
})
