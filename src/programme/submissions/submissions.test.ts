import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make, pool } = app
const stranger = await testApp()
const newEvent = (more: Json = {}) => make('events', { name: 'Summit', start_date: '2030-05-01', ...more })
const event = await newEvent()
const ada = await make('cfs-contacts', {
  event_id: event.id,
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: 'Lovelace',
})
const submit = (more: Json = {}) =>
  make('cfs-submissions', { event_id: event.id, name: 'Engines', contact_id: ada.id, ...more })
const move = (id: number, submission_status: string) =>
  call('PUT', `/cfs-submissions/${id}`, { submission_status })

describe('/cfs-submissions', () => {
  it('are sessions that were submitted, with who submits and who is to speak', async () => {
    const submission = await submit({
      description: '<b onclick="x()">Notes</b>',
      speakers: [{ name: 'Ada Lovelace', email: 'ada@example.com' }, { first_name: 'Charles' }],
    })
    assert.equal(submission.date, '2030-05-01')
    assert.deepEqual(
      [submission.submission_status, submission.session_status, submission.cfs_answer, submission.contact_id],
      ['submitted', 'submitted', 'open', ada.id],
    )
    assert.match(submission.submitted_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.deepEqual(
      submission.speakers.map(({ name, speaker_id }: Json) => [name, speaker_id]),
      [
        ['Ada Lovelace', null],
        ['Charles', null],
      ],
    )
    const session = (await call('GET', `/sessions/${submission.id}`)).body
    assert.deepEqual([session.cfs_answer, session.description], ['open', '<b>Notes</b>'])
    assert.equal('contact_id' in session, false)
    const { body } = await call('GET', `/sessions?event_id=${event.id}&search=session_status%3Dsubmitted`)
    assert.ok(body.items.some(({ id }: Json) => id === submission.id))
    assert.equal((await call('GET', `/cfs-contacts/${ada.id}`)).body.submitter, 1)
    const [created] = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'session' && object_id === submission.id,
    )
    assert.equal(created!.after.contact_id, ada.id)
    assert.ok(created!.after.submitted_at)
  })

  it('are not sessions that nobody submitted', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'Plain', date: '2030-05-01' })
    assert.deepEqual([session.submitted_at, session.cfs_answer], [null, null])
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(
        (await call(method, `/cfs-submissions/${session.id}`, method === 'GET' ? undefined : {})).status,
        404,
      )
    assert.equal((await call('POST', `/cfs-submissions/${session.id}/convert`)).status, 404)
  })

  it('stay submissions whatever status PUT /sessions gives them', async () => {
    const { id } = await submit()
    for (const session_status of ['converted', 'live', 'submitted']) {
      assert.equal((await call('PUT', `/sessions/${id}`, { session_status })).status, 200)
      const { body } = await call('GET', `/cfs-submissions/${id}`)
      assert.deepEqual(
        [body.submission_status, body.converted_session_id],
        [session_status, session_status === 'live' ? id : null],
      )
    }
  })

  it('422 names everything that is wrong, of the session and of the submission', async () => {
    const other = await newEvent()
    const elsewhere = await make('cfs-contacts', { event_id: other.id, email: 'bo@example.com' })
    const refused = await call('POST', '/cfs-submissions', {
      event_id: event.id,
      contact_id: elsewhere.id,
      speakers: [{ email: 'nobody' }, { company: 'Engines' }],
      cfs_answer: 'perhaps',
      submission_status: 'live',
      capacity: -1,
    })
    assert.deepEqual(faultsIn(refused), [
      'cfs_answer: choice',
      'speakers.0.email: pattern',
      'contact_id: not_found',
      'submission_status: move',
      'name: required',
      'capacity: minimum',
    ])
    assert.deepEqual(faultsIn(await call('POST', '/cfs-submissions', { name: 'x', event_id: 999_999_999 })), [
      'event_id: not_found',
    ])
  })

  it('are written back as they were read, without a change', async () => {
    const submission = await submit({ speakers: [{ name: 'Ada Lovelace' }] })
    const back = await call('PUT', `/cfs-submissions/${submission.id}`, submission)
    assert.deepEqual(back.body, submission)
    assert.equal(back.headers['lectern-ignored'], undefined)
    assert.equal(back.headers.etag.split('-')[0], '"1')
  })

  it('keep those who are to speak by their id, in the order of the list', async () => {
    const submission = await submit({ speakers: [{ name: 'Ada' }, { name: 'Charles' }, { name: 'Mary' }] })
    const [first, second, third] = submission.speakers
    const { body } = await call('PUT', `/cfs-submissions/${submission.id}`, {
      speakers: [{ ...third, first_name: 'Maria' }, { name: 'Ada' }, { name: 'Grace Hopper' }],
    })
    assert.deepEqual(body.speakers.map(({ id, name }: Json) => [name, id]).slice(0, 2), [
      ['Maria', third.id],
      ['Ada', first.id],
    ])
    assert.equal(body.speakers[2].last_name, 'Hopper')
    const records = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'cfs_speaker' && object_id === second.id,
    )
    assert.deepEqual(
      records.map(({ action }) => action),
      ['create', 'delete'],
    )
  })

  it('are searched and sorted by status and rating', async () => {
    const own = await newEvent()
    const reviewers = []
    for (const email of ['r1@example.com', 'r2@example.com'])
      reviewers.push(await make('cfs-contacts', { event_id: own.id, email, reviewer: 1 }))
    const ids: number[] = []
    for (const ratings of [[2], [4.5, 5], []]) {
      const { id } = await make('cfs-submissions', { event_id: own.id, name: `${ids.length}` })
      ids.push(id)
      for (const [place, rating] of ratings.entries())
        await make('cfs-reviews', { submission_id: id, reviewer_id: reviewers[place].id, rating })
    }
    await move(ids[0]!, 'approved')
    const list = async (query: string) =>
      (await call('GET', `/cfs-submissions?event_id=${own.id}&${query}`)).body.items
    assert.deepEqual(
      (await list('sort=-rating_average&fields=id,rating_average,rating_count')).map(Object.values),
      [
        [ids[1], 4.75, 2],
        [ids[0], 2, 1],
        [ids[2], null, 0],
      ],
    )
    assert.deepEqual(await list(`search=${encodeURIComponent('submission_status=approved')}`), [
      { id: ids[0], name: '0' },
    ])
    assert.deepEqual(await list(`search=${encodeURIComponent('rating_average>=4')}`), [
      { id: ids[1], name: '1' },
    ])
    assert.deepEqual((await list('fields=*&expand=track')).length, 3)
    assert.equal((await stranger.call('GET', `/cfs-submissions?event_id=${own.id}`)).status, 404)
    assert.equal((await call('GET', '/cfs-submissions')).status, 400)
  })

  it('are found by their external id, and have nothing of another account', async () => {
    const path = '/cfs-submissions/external/talk-1'
    const made = await call('PUT', path, { event_id: event.id, name: 'One' })
    const again = await call('PUT', path, { event_id: event.id, name: 'Two' })
    assert.deepEqual([made.status, again.status, again.body.id], [201, 200, made.body.id])
    await make('sessions', { event_id: event.id, name: 'S', date: '2030-05-01', external_id: 'plain' })
    const taken = await call('PUT', '/cfs-submissions/external/plain', { event_id: event.id, name: 'x' })
    assert.deepEqual(faultsIn(taken), ['external_id: unique'])
    for (const [method, suffix] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/convert'],
    ] as const) {
      const path = `/cfs-submissions/${made.body.id}${suffix}`
      assert.equal((await stranger.call(method, path, method === 'GET' ? undefined : {})).status, 404)
    }
  })

  it('go with their reviews and speakers', async () => {
    const reviewer = await make('cfs-contacts', {
      event_id: event.id,
      email: 'r@example.com',
      reviewer: true,
    })
    const submission = await submit({ speakers: [{ name: 'Ada' }] })
    const review = await make('cfs-reviews', {
      submission_id: submission.id,
      reviewer_id: reviewer.id,
      rating: 3,
    })
    assert.equal((await call('DELETE', `/cfs-submissions/${submission.id}`)).status, 204)
    assert.equal((await call('GET', `/sessions/${submission.id}`)).status, 404)
    const deleted = (await changesOf(app)).filter(({ action, after, before }) => {
      const row = after ?? before
      return action === 'delete' && [row.submission_id, row.session_id].includes(submission.id)
    })
    assert.deepEqual(
      deleted.map(({ object, object_id }) => [object, object_id]),
      [
        ['cfs_review', review.id],
        ['cfs_speaker', submission.speakers[0].id],
      ],
    )
  })
})

describe('an event with submissions', () => {
  it('is deleted when that is forced, with a record of everything', async () => {
    const own = await newEvent()
    const contact = await make('cfs-contacts', { event_id: own.id, email: 'ada@example.com', reviewer: 1 })
    const { id } = await make('cfs-submissions', {
      event_id: own.id,
      name: 'Gone',
      contact_id: contact.id,
      speakers: [{ name: 'Ada' }],
    })
    await make('cfs-reviews', { submission_id: id, reviewer_id: contact.id, rating: 5 })
    const refused = await call('DELETE', `/events/${own.id}`)
    assert.deepEqual(faultsIn(refused), ['id: has_submissions'])
    assert.equal(refused.body[0].submissions, 1)
    assert.equal((await call('DELETE', `/events/${own.id}?force=1`)).status, 204)
    const deleted = (await changesOf(app)).filter(
      ({ event_id, action }) => event_id === own.id && action === 'delete',
    )
    assert.deepEqual(
      deleted.map(({ object }) => object),
      ['cfs_review', 'cfs_speaker', 'session', 'cfs_contact', 'event'],
    )
  })

  it('is cloned without them, and with the settings of its call', async () => {
    const field = await make('sessions/fields', { name: 'Level', type: 'textInput' })
    const own = await newEvent({
      cfs_opens: '2030-01-01 08:00:00',
      cfs_closes: '2030-02-01T00:00:00Z',
      cfs_text: '<p>Come<script>x</script></p>',
      cfs_fields: [field.id],
      blind_review: 'true',
    })
    assert.deepEqual(
      [own.cfs_closes, own.cfs_text, own.cfs_fields, own.blind_review],
      ['2030-02-01 00:00:00', '<p>Come</p>', [field.id], 1],
    )
    await make('cfs-submissions', { event_id: own.id, name: 'Not copied' })
    await make('sessions', { event_id: own.id, name: 'Copied', date: '2030-05-01' })
    const copy = (await call('POST', `/events/${own.id}/clone`, { start_date: '2030-05-11' })).body
    assert.deepEqual(
      [copy.cfs_opens, copy.cfs_closes, copy.cfs_fields, copy.blind_review],
      ['2030-01-11 08:00:00', '2030-02-11 00:00:00', [field.id], 1],
    )
    const { body } = await call('GET', `/sessions?event_id=${copy.id}`)
    assert.deepEqual(
      body.items.map(({ name }: Json) => name),
      ['Copied'],
    )
  })

  it('422 of a call that closes before it opens, or asks for fields that are not there', async () => {
    const refused = await call('PUT', `/events/${event.id}`, {
      cfs_opens: '2030-02-01 00:00:00',
      cfs_closes: '2030-01-01 00:00:00',
      cfs_fields: [999_999],
    })
    assert.deepEqual(faultsIn(refused), ['cfs_closes: end_before_start', 'cfs_fields.0: not_found'])
    assert.deepEqual(faultsIn(await call('PUT', `/events/${event.id}`, { cfs_fields: ['x'] })), [
      'cfs_fields.0: integer',
    ])
  })
})

describe('what refers to a submission', () => {
  it('is of its event: the database says so', async () => {
    const other = await newEvent()
    const elsewhere = await make('cfs-contacts', { event_id: other.id, email: 'x@example.com', reviewer: 1 })
    const { id } = await submit()
    const refused = await call('POST', '/cfs-reviews', {
      submission_id: id,
      reviewer_id: elsewhere.id,
      rating: 1,
    })
    assert.deepEqual(faultsIn(refused), ['reviewer_id: not_found'])
    for (const event_id of [event.id, other.id])
      await assert.rejects(
        pool`insert into cfs_reviews (account_id, event_id, submission_id, reviewer_id, rating, created_at, updated_at)
          values (${app.account_id}, ${event_id}, ${id}, ${elsewhere.id}, 1, now(), now())`,
        /in_event/,
      )
    await assert.rejects(
      pool`update sessions set contact_id = ${elsewhere.id} where id = ${id}`,
      /sessions_contact_in_event/,
    )
    await assert.rejects(
      pool`update sessions set submitted_at = null where id = ${id}`,
      /sessions_submission/,
    )
  })
})
