import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, testApp } from '../../../test/support/app.ts'

const { call, make, pool } = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'UTC' })
let people = 0
const person = (event_id = event.id) =>
  make('registrants', { event_id, email: `p${++people}@example.com`, first_name: 'P', session_ids: [] })
const kindsFor = async (event_id: number) =>
  (await call('GET', `/outbox?event_id=${event_id}&fields=kind`)).body.items.map((each: any) => each.kind)

describe('POST /registrants/{id}/trigger-email/{type}', () => {
  it('200 puts each of the four letters into the outbox, in several spellings; a later one of a kind stands for those that wait', async () => {
    const { id } = await person()
    const types = [
      'confirmation',
      'modified',
      'cancelled',
      'abandoned',
      'Registration-Confirmation',
      'canceled',
    ]
    const ids: number[] = []
    for (const type of types) {
      const { status, body } = await call('POST', `/registrants/${id}/trigger-email/${type}`)
      assert.deepEqual([status, body.sent], [200, 1])
      assert.equal(body.id, id)
      ids.push(body.letter_id)
    }
    const { body } = await call('GET', `/registrants/${id}?expand=emailHistory`)
    assert.deepEqual(
      body.emailHistory.map((each: any) => [each.id, each.kind, each.state]),
      [
        ['confirmation', 'dropped'],
        ['modified', 'waiting'],
        ['cancelled', 'dropped'],
        ['abandoned', 'waiting'],
        ['confirmation', 'waiting'],
        ['cancelled', 'waiting'],
      ].map(([kind, state], index) => [ids[index], kind, state]),
    )
  })

  it('200 understands the names of the hosted API', async () => {
    const { id } = await person()
    const names = {
      registration_created: 'confirmation',
      registration_modified: 'modified',
      registration_cancelled: 'cancelled',
      registration_canceled: 'cancelled',
      registration_abandoned: 'abandoned',
      'registration-created.json': 'confirmation',
    }
    for (const name of Object.keys(names))
      assert.equal((await call('POST', `/registrants/${id}/trigger-email/${name}`)).body.sent, 1)
    const { body } = await call('GET', `/registrants/${id}?expand=emailHistory`)
    assert.deepEqual(
      body.emailHistory.map((each: any) => each.kind),
      Object.values(names),
    )
  })

  it('200 with sent 0 when the event has switched the template off', async () => {
    const quiet = await make('events', { name: 'Quiet', timezone: 'UTC' })
    await call('PUT', `/events/${quiet.id}/emails`, { modified: 0 })
    const { id } = await person(quiet.id)
    assert.deepEqual((await call('POST', `/registrants/${id}/trigger-email/modified`)).body, {
      sent: 0,
      id,
      letter_id: null,
    })
    assert.equal((await call('POST', `/registrants/${id}/trigger-email/confirmation`)).body.sent, 1)
    await call('PUT', `/registrants/update/${id}?send_email=true`, { job_title: 'x' })
    assert.deepEqual(await kindsFor(quiet.id), ['confirmation'])
  })

  it('404 for another type, naming those that there are, and for a registrant of nobody', async () => {
    const { id } = await person()
    const { status, body } = await call('POST', `/registrants/${id}/trigger-email/reminder`)
    const message =
      'E-mail type reminder does not exist; there are confirmation, modified, cancelled, abandoned.'
    assert.deepEqual([status, body.message], [404, message])
    assert.equal((await call('POST', `/registrants/${id}/trigger-email/constructor`)).status, 404)
    assert.equal((await call('POST', '/registrants/999999/trigger-email/modified')).status, 404)
  })
})

describe('PUT /events/{id}/emails', () => {
  it('200 switches the given kinds only, and clones keep it', async () => {
    const own = await make('events', { name: 'Own', timezone: 'UTC' })
    const all = {
      confirmation: 1,
      modified: 1,
      cancelled: 1,
      abandoned: 1,
      offer: 1,
      promotion: 1,
      withdrawn: 1,
      restored: 1,
      rescheduled: 1,
    }
    assert.deepEqual((await call('GET', `/events/${own.id}/emails`)).body, all)
    await call('PUT', `/events/${own.id}/emails`, { offer: 'false' })
    const { status, body } = await call('PUT', `/events/${own.id}/emails`, { promotion: 0 })
    assert.deepEqual([status, body], [200, { ...all, offer: 0, promotion: 0 }])
    const copy = await call('POST', `/events/${own.id}/clone`, {})
    assert.deepEqual((await call('GET', `/events/${copy.body.id}/emails`)).body, body)
  })

  it('404 for an event of nobody, 412 when someone else was first, 422 for what is no flag', async () => {
    assert.equal((await call('PUT', '/events/999999/emails', {})).status, 404)
    const stale = await call('PUT', `/events/${event.id}/emails`, { offer: 0 }, { 'if-match': '"99-x"' })
    assert.equal(stale.status, 412)
    assert.deepEqual(faultsIn(await call('PUT', `/events/${event.id}/emails`, { offer: 'maybe' })), [
      'offer: flag',
    ])
  })
})

describe('GET /outbox', () => {
  it('200 lists letters with the fields that are asked for, and finds them', async () => {
    const own = await make('events', { name: 'Own', timezone: 'UTC' })
    const { id } = await person(own.id)
    for (const type of ['confirmation', 'modified'])
      await call('POST', `/registrants/${id}/trigger-email/${type}`)
    const sparse = (await call('GET', `/outbox?event_id=${own.id}`)).body.items
    assert.deepEqual(Object.keys(sparse[0]), ['id', 'registrant_id', 'kind', 'state', 'subject'])
    const search = encodeURIComponent('kind=modified&state=waiting')
    const found = (await call('GET', `/outbox?event_id=${own.id}&fields=*&search=${search}`)).body.items
    assert.deepEqual(
      found.map((each: any) => [each.registrant_id, each.kind, each.recipients, each.body_text]),
      [[id, 'modified', [], null]],
    )
    const { status, body } = await call('GET', `/outbox/${found[0].id}`)
    assert.deepEqual([status, body], [200, found[0]])
  })

  it('304 for a letter that is known already, 200 once it is another', async () => {
    const { body } = await call('POST', `/registrants/${(await person()).id}/trigger-email/modified`)
    const { headers } = await call('GET', `/outbox/${body.letter_id}`)
    const again = () => call('GET', `/outbox/${body.letter_id}`, undefined, { 'if-none-match': headers.etag })
    assert.equal((await again()).status, 304)
    await pool`update outbox set state = 'kept' where id = ${body.letter_id}`
    assert.equal((await again()).status, 200)
  })

  it('400 without an event, 404 for an event or a letter of nobody', async () => {
    assert.equal((await call('GET', '/outbox')).status, 400)
    assert.equal((await call('GET', '/outbox?event_id=999999')).status, 404)
    assert.equal((await call('GET', '/outbox/999999')).status, 404)
  })
})
