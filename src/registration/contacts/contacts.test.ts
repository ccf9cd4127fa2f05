import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { contactKey } from '../../records/contacts/schema.ts'
import { linkEarlierPeople } from './linking.ts'

const app = await testApp()
const { call, make, pool, account_id } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const other = await make('events', { name: 'Fair' })
const person = (email: string, more: Json = {}) => make('registrants', { event_id: event.id, email, ...more })
const read = async (id: number) => (await call('GET', `/contacts/${id}`)).body

describe('contacts', () => {
  it('are one for each address of the account, whoever appears with it', async () => {
    const ada = await person('Ada.Lovelace+1@Bücher.example', {
      first_name: 'Ada',
      gender: 'female',
      prefix: 'Dr',
    })
    const again = await make('registrants', {
      event_id: other.id,
      email: 'ada.lovelace+1@xn--bcher-kva.example ',
      first_name: 'A.',
    })
    const speaker = await make('speakers', {
      event_id: event.id,
      name: 'Ada Lovelace',
      email: 'ADA.LOVELACE+1@bücher.example',
    })
    assert.ok(ada.contact_id > 0)
    assert.deepEqual([again.contact_id, speaker.contact_id], [ada.contact_id, ada.contact_id])
    const { first_name, prefix, gender, email, created_by } = await read(ada.contact_id)
    assert.deepEqual(
      [first_name, prefix, gender, email, created_by],
      ['Ada', 'Dr', { id: null, value: 'female' }, 'Ada.Lovelace+1@Bücher.example', ada.created_by],
    )
    const { body } = await call('GET', `/contacts?expand=registrants&search=email=*contains*lovelace`)
    assert.deepEqual(
      body.items.map(({ id, registrants }: Json) => [id, registrants.map((each: Json) => each.id)]),
      [[ada.contact_id, [ada.id, again.id]]],
    )
    assert.deepEqual(['a@B.example', ' A@b.EXAMPLE', 'a.b+c@x.example'].map(contactKey), [
      'a@b.example',
      'a@b.example',
      'a.b+c@x.example',
    ])
  })

  it('follow a changed address; a speaker without one has none', async () => {
    const bob = await person('bob@example.com')
    const changed = await call('PUT', `/registrants/${bob.id}`, { email: 'robert@example.com' })
    assert.notEqual(changed.body.contact_id, bob.contact_id)
    assert.equal((await read(changed.body.contact_id)).email, 'robert@example.com')
    const speaker = await make('speakers', { event_id: event.id, name: 'Bob', email: 'bob@example.com' })
    assert.equal(speaker.contact_id, bob.contact_id)
    assert.equal((await call('PUT', `/speakers/${speaker.id}`, { email: null })).body.contact_id, null)
  })

  it('are created, changed, found and deleted, and are of their account', async () => {
    const made = await make('contacts', { email: 'grace@example.com', company: 'Navy', external_id: 'c1' })
    assert.deepEqual([made.subscribe_status, made.company], ['subscribed', 'Navy'])
    assert.deepEqual(faultsIn(await call('POST', '/contacts', { email: 'GRACE@example.com' })), [
      'email: unique',
    ])
    const changed = await call('PUT', `/contacts/update/${made.id}`, {
      ...made,
      gender: { id: 1, value: 'f' },
      company: 'IBM',
    })
    assert.deepEqual([changed.status, changed.body.company, changed.body.gender.value], [200, 'IBM', 'f'])
    assert.equal((await call('PUT', `/contacts/${made.id}`, {}, { 'if-match': '"1-x"' })).status, 412)
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(
        (await stranger.call(method, `/contacts/${made.id}`, method === 'GET' ? undefined : {})).status,
        404,
      )
    assert.deepEqual((await stranger.call('GET', '/contacts')).body.items, [])
    const grace = await person('grace@example.com')
    assert.equal(grace.contact_id, made.id)
    assert.deepEqual(faultsIn(await call('DELETE', `/contacts/${made.id}`)), ['id: in_use'])
    assert.equal((await call('DELETE', `/contacts/${made.id}?force=1`)).status, 204)
    assert.equal((await call('GET', `/registrants/${grace.id}`)).body.contact_id, null)
  })

  it('are made in a rush once for each address, from both sides', async () => {
    const second = await testApp({ beside: app })
    const addresses = Array.from({ length: 20 }, (_, n) => `rush${n}@example.com`)
    const replies = await Promise.all(
      addresses.flatMap((email, n) => [
        app.call('POST', '/registrants', { event_id: event.id, email }),
        second.call('POST', '/registrants', {
          event_id: other.id,
          email: addresses[addresses.length - 1 - n],
        }),
      ]),
    )
    assert.deepEqual([...new Set(replies.map(({ status }) => status))], [201])
    const [row] =
      await pool`select count(*)::int as contacts from contacts where account_id = ${account_id} and email like 'rush%'`
    assert.equal(row!.contacts, 20)
    assert.ok(replies.every(({ body }) => body.contact_id > 0))
  })

  it('would wait for each other if they were not written in the order of their addresses', async () => {
    const insert = (db: typeof pool, email: string) => db`
      insert into contacts (account_id, email, email_key, derived, created_at, updated_at)
      values (${account_id}, ${email}, ${email}, 1, now(), now()) on conflict (account_id, email_key) do nothing`
    const [one, two] = [await pool.reserve(), await pool.reserve()]
    try {
      for (const db of [one, two]) await db`begin`
      await insert(one as never, 'order-a@example.com')
      await insert(two as never, 'order-b@example.com')
      const ends = await Promise.allSettled([
        insert(one as never, 'order-b@example.com'),
        insert(two as never, 'order-a@example.com'),
      ])
      const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason.code] : []))
      assert.deepEqual(failures, ['40P01'])
    } finally {
      for (const db of [one, two]) {
        await db`rollback`
        db.release()
      }
    }
  })

  it('are made of those who were there before, in the background', async () => {
    const [ada, bob] = [await person('early1@example.com'), await person('early2@example.com')]
    const speaker = await make('speakers', { event_id: event.id, name: 'E', email: 'early1@example.com' })
    await pool`update registrants set contact_id = null where id in (${ada.id}, ${bob.id})`
    await pool`update speakers set contact_id = null where id = ${speaker.id}`
    await pool`delete from contacts where id in (${ada.contact_id}, ${bob.contact_id})`
    await linkEarlierPeople(
      pool,
      () => new Date(),
      () => true,
    )
    const [again, others] = [
      await call('GET', `/registrants/${ada.id}`),
      await call('GET', `/speakers/${speaker.id}`),
    ]
    assert.ok(again.body.contact_id > 0)
    assert.equal(others.body.contact_id, again.body.contact_id)
    assert.equal((await read(again.body.contact_id)).email, 'early1@example.com')
  })
})

describe('forgetting', () => {
  const traces = async (text: string) => {
    const tables = ['contacts', 'registrants', 'speakers', 'changes', 'idempotency_keys', 'outbox']
    const found = []
    for (const table of tables)
      found.push(
        ...(await pool.unsafe(
          `select '${table}' as name from ${table} t where t::text ilike '%${text}%' limit 1`,
        )),
      )
    return found.map(({ name }) => name)
  }

  it('a contact forgets each registration and appearance, then the contact', async () => {
    const email = 'forgetme@example.com'
    const [one, two] = [
      await person(email, { first_name: 'Forgetme' }),
      await make('registrants', { event_id: other.id, email }),
    ]
    const speaker = await make('speakers', { event_id: event.id, first_name: 'Forgetme', email })
    await call(
      'PUT',
      `/contacts/${one.contact_id}`,
      { notes: 'Forgetme likes tea' },
      { 'idempotency-key': 'forgetme-key' },
    )
    const forgotten = await call(
      'PUT',
      `/contacts/forget/${one.contact_id}`,
      'deleteCreditCardName=1&registrantIds=[1,2]',
      { 'content-type': 'application/x-www-form-urlencoded' },
    )
    assert.equal(forgotten.status, 200)
    assert.deepEqual(await traces('forgetme'), [])
    for (const path of [`/registrants/${one.id}`, `/registrants/${two.id}`, `/speakers/${speaker.id}`])
      assert.equal((await call('GET', path)).body.contact_id, null)
    assert.ok((await read(one.contact_id)).forgotten_at)
    assert.equal((await call('PUT', `/contacts/forget/${one.contact_id}`, {})).status, 200)
    assert.deepEqual(faultsIn(await call('PUT', `/contacts/${one.contact_id}`, { first_name: 'X' })), [
      'id: forgotten',
    ])
    const fresh = await person(email)
    assert.notEqual(fresh.contact_id, one.contact_id)
    await call('PUT', `/contacts/forget/${fresh.contact_id}`, {})
  })

  it('a registrant takes the contact along that was made of them, unless others have it', async () => {
    const alone = await person('aloneperson@example.com', { first_name: 'Aloneperson' })
    await call('POST', `/registrants/${alone.id}/forget`)
    assert.deepEqual(await traces('aloneperson'), [])
    assert.equal((await call('GET', `/contacts/${alone.contact_id}`)).status, 404)
    const [one, two] = [
      await person('shared@example.com'),
      await make('registrants', { event_id: other.id, email: 'shared@example.com' }),
    ]
    await call('POST', `/registrants/${one.id}/forget`)
    assert.equal((await read(two.contact_id)).email, 'shared@example.com')
  })

  it('a speaker likewise', async () => {
    const speaker = await make('speakers', {
      event_id: event.id,
      first_name: 'Lonespeaker',
      email: 'lonespeaker@example.com',
    })
    await call('POST', `/speakers/${speaker.id}/forget`)
    assert.deepEqual(await traces('lonespeaker'), [])
    const records = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'contact' && object_id === speaker.contact_id,
    )
    assert.deepEqual(
      records.map(({ action }) => action),
      ['create', 'delete'],
    )
  })
})

describe('an erasure', () => {
  const word = () => `gone${Math.random().toString(36).slice(2, 10)}`
  const traces = async (text: string) => {
    const [row] = await pool`
      select (select count(*)::int from contacts c where c::text ilike ${`%${text}%`}) as contacts,
        (select count(*)::int from changes c where c::text ilike ${`%${text}%`}) as changes,
        (select count(*)::int from idempotency_keys k where k.body ilike ${`%${text}%`}) as answers`
    return row
  }
  const none = { contacts: 0, changes: 0, answers: 0 }

  it('of a registrant or a speaker takes the contacts of their earlier addresses along', async () => {
    for (const plural of ['registrants', 'speakers']) {
      const [first, second] = [word(), word()]
      const event = await make('events', { name: 'E', timezone: 'UTC' })
      const person = await make(plural, {
        event_id: event.id,
        first_name: first,
        email: `${first}@example.com`,
      })
      await call('PUT', `/${plural}/${person.id}`, { email: `${second}@example.com` })
      assert.equal((await call('POST', `/${plural}/${person.id}/forget`)).status, 200)
      for (const text of [first, second]) assert.deepEqual(await traces(text), none, plural)
    }
  })

  it('of a contact takes along what was deleted, and answers that have an earlier address', async () => {
    const [first, second] = [word(), word()]
    const event = await make('events', { name: 'E', timezone: 'UTC' })
    const { body: contact } = await call(
      'POST',
      '/contacts',
      { email: `${first}@example.com` },
      { 'idempotency-key': word() },
    )
    await call('PUT', `/contacts/${contact.id}`, { email: `${second}@example.com` })
    const person = await make('registrants', { event_id: event.id, email: `${second}@example.com` })
    assert.equal((await call('DELETE', `/registrants/${person.id}`)).status, 204)
    assert.equal((await call('PUT', `/contacts/forget/${contact.id}`)).status, 200)
    for (const text of [first, second]) assert.deepEqual(await traces(text), none)
  })

  it('of a user takes the reviewer along', async () => {
    const name = word()
    const event = await make('events', { name: 'E', timezone: 'UTC' })
    const user = await make('users', {
      email: `${name}@example.com`,
      role: 'reviewer',
      first_name: name,
      event_ids: [event.id],
    })
    const reviewers = async () =>
      (await call('GET', `/cfs-contacts?event_id=${event.id}&fields=*`)).body.items.map(
        ({ first_name }: Json) => first_name,
      )
    assert.deepEqual(await reviewers(), [name])
    await make('users', { email: `boss${name.slice(4)}@example.com`, role: 'owner' })
    assert.equal((await call('POST', `/users/${user.id}/forget`)).status, 200)
    assert.deepEqual(await reviewers(), [null])
    assert.deepEqual(await traces(name), none)
  })
})
