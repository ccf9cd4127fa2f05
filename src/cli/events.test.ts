import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, testApp } from '../../test/support/app.ts'
import { lectern, spawnLectern } from '../../test/support/cli.ts'
import { ownDatabase } from '../../test/support/database.ts'

const app = await testApp()
const { make, call, pool, account_id } = app
const [account] = await pool<{ name: string }[]>`select name from accounts where id = ${account_id}`
const event = await make('events', {
  name: 'Spring \u202e Summit',
  timezone: 'Europe/Brussels',
  start_date: '2030-03-01',
  end_date: '2030-03-02',
})
const session = (more: object = {}) =>
  make('sessions', { event_id: event.id, name: 'Talk', date: '2030-03-01', ...more })
const [talk] = [await session(), await session({ session_status: 'submitted' })]
const person = await make('registrants', { event_id: event.id, email: 'ada@example.com', session_ids: [] })

describe('lectern events list', () => {
  it('0 lists events with what is in them, on one line each', async () => {
    const { code, out, said } = await lectern('events', 'list', '--account', account!.name)
    const [head, row, ...more] = out.trimEnd().split('\n')
    assert.deepEqual([code, said, more], [0, '', []])
    assert.deepEqual(head!.split(/ {2,}/).length, 7)
    assert.deepEqual(row!.trim().split(/ {2,}/), [
      String(event.id),
      'draft',
      '2030-03-01',
      '2',
      '1',
      account!.name,
      'Spring \\u202e Summit',
    ])
  })

  it('0 lists them as JSON, of all accounts', async () => {
    const events = JSON.parse((await lectern('events', 'list', '--json')).out)
    const { created_at, ...own } = events.find(({ id }: { id: number }) => id === event.id)
    assert.deepEqual(own, {
      id: event.id,
      name: event.name,
      status: 'draft',
      url: event.url,
      timezone: 'Europe/Brussels',
      start_date: '2030-03-01',
      end_date: '2030-03-02',
      account: account!.name,
      sessions: 2,
      live_sessions: 1,
      locations: 0,
      tracks: 0,
      registrants: 1,
    })
    assert.equal(created_at, event.created_at)
  })

  it('0 says that there is none, as JSON an empty list', async () => {
    const DATABASE_URL = await ownDatabase()
    const empty = await spawnLectern(['events', 'list'], { DATABASE_URL })
    assert.deepEqual([empty.code, empty.out, empty.said], [0, '', 'There is no event yet.\n'])
    const json = await spawnLectern(['events', 'list', '--json'], { DATABASE_URL })
    assert.deepEqual([json.code, json.out, json.said], [0, '[]\n', ''])
  })

  it('1 for an account that does not exist', async () => {
    assert.equal((await lectern('events', 'list', '--account', 'Nobody at all')).code, 1)
  })
})

describe('lectern events show', () => {
  it('0 shows its settings and counts; as JSON the record of the API, too', async () => {
    const { code, out } = await lectern('events', 'show', String(event.id))
    assert.equal(code, 0)
    for (const line of [
      /^status +draft$/m,
      /^dates +2030-03-01 – 2030-03-02$/m,
      /^sessions +2, of which live: 1$/m,
    ])
      assert.match(out, line)
    const shown = JSON.parse((await lectern('events', 'show', String(event.id), '--json')).out)
    const { account: name, sessions, live_sessions, locations, tracks, registrants, ...record } = shown
    assert.deepEqual(record, (await call('GET', `/events/${event.id}`)).body)
    assert.deepEqual(
      [name, sessions, live_sessions, locations, tracks, registrants],
      [account!.name, 2, 1, 0, 0, 1],
    )
  })

  it('1 for an event that does not exist, 2 for what is no number', async () => {
    for (const verb of ['show', 'publish']) {
      const missing = await lectern('events', verb, '999999999')
      assert.deepEqual(
        [missing.code, missing.out, missing.said],
        [1, '', 'lectern: Event 999999999 does not exist.\n'],
      )
      assert.equal((await lectern('events', verb, 'x')).code, 2)
    }
  })
})

describe('lectern registrants link', () => {
  const pathOf = (url: string) => new URL(url).pathname

  it('0 prints a link that opens the page of the person, by id or by address and event', async () => {
    for (const words of [[String(person.id)], [' ADA@example.com', '--event', String(event.id)]]) {
      const { code, out, said } = await lectern('registrants', 'link', ...words)
      assert.equal(code, 0)
      assert.match(out, /^http:\/\/localhost:8080\/my\/[\w-]{43}\n$/)
      assert.match(said, /^The link of registrant \d+, valid until [\d-]+ [\d:]+ UTC:\nPUBLIC_URL is not set/)
      const page = await app.raw({ method: 'GET', url: pathOf(out.trim()) })
      assert.equal(page.status, 200)
    }
  })

  it('0 begins with PUBLIC_URL; as JSON with its end', async () => {
    const PUBLIC_URL = 'https://lectern.example/x'
    const { out, said } = await spawnLectern(['registrants', 'link', String(person.id), '--json'], {
      PUBLIC_URL,
    })
    const { id, url, expires_at } = JSON.parse(out)
    assert.deepEqual([id, said], [person.id, ''])
    assert.match(url, /^https:\/\/lectern\.example\/x\/my\/[\w-]{43}$/)
    assert.ok(new Date(`${expires_at.replace(' ', 'T')}Z`).getTime() > Date.now() + 23 * 3_600_000)
  })

  it('1 for a person who is not registered, and makes none', async () => {
    const at = ['--event', String(event.id)]
    const count = async () => (await pool`select from registrants where event_id = ${event.id}`).length
    const before = await count()
    for (const words of [
      ['999999999'],
      ['eve@example.com', ...at],
      ['ada@example.com', '--event', '999999999'],
    ]) {
      const { code, out } = await lectern('registrants', 'link', ...words)
      assert.deepEqual([code, out], [1, ''])
    }
    assert.equal(await count(), before)
  })

  it('2 for an address without an event, and for what is neither', async () => {
    for (const words of [
      ['ada@example.com'],
      ['ada'],
      ['ada@example.com', '--event', 'x'],
      ['12', '--event', '3'],
    ])
      assert.equal((await lectern('registrants', 'link', ...words)).code, 2)
  })
})

describe('lectern events publish', () => {
  it('0 makes an event live, once, and its sessions get their pages', async () => {
    const page = async () => (await app.raw({ method: 'GET', url: `/sessions/${talk.id}` })).status
    assert.equal(await page(), 404)
    const first = await lectern('events', 'publish', String(event.id))
    assert.deepEqual(
      [first.code, first.out, first.said],
      [0, '', `Event ${event.id} "Spring \\u202e Summit" is live; it was draft.\n`],
    )
    assert.equal(await page(), 200)
    const { action, before, after, actor_id } = (await changesOf(app)).at(-1)!
    assert.deepEqual([action, before.status, after.status, actor_id], ['update', 'draft', 'live', null])
    const changes = (await changesOf(app)).length
    const again = await lectern('events', 'publish', String(event.id))
    assert.deepEqual(
      [again.code, again.said],
      [0, `Event ${event.id} "Spring \\u202e Summit" was live already.\n`],
    )
    assert.equal((await changesOf(app)).length, changes)
    assert.equal(
      JSON.parse((await lectern('events', 'publish', String(event.id), '--json')).out).status,
      'live',
    )
  })
})
