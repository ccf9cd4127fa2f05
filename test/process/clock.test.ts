import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { describe, it } from 'node:test'
import { connect } from '../../src/db/connection.ts'
import { type Json, testApp } from '../support/app.ts'
import { ownDatabase } from '../support/database.ts'
import { start, stop } from '../support/programs.ts'

/** A library that shifts the time of a process, and not its monotonic clock; CI installs it. */
const [library] = globSync(['/usr/lib/*/faketime/libfaketime.so.1', '/usr/lib/faketime/libfaketime.so.1'])
const missing = library ? false : 'libfaketime is missing (apt-get install faketime)'
const fast = { LD_PRELOAD: library!, FAKETIME: '+20m', FAKETIME_DONT_FAKE_MONOTONIC: '1' }

describe('a process whose clock is twenty minutes fast', () => {
  it('goes by the time of the database, says how far it is off, and expires nothing', {
    skip: missing,
  }, async () => {
    const url = await ownDatabase()
    const { make, pool, token, key, secret } = await testApp({ url })
    const program = await start({
      ...fast,
      DATABASE_URL: url,
      SAMPLE: '0',
      RATE_LIMIT_CREDITS: '0',
      LOG_LEVEL: 'warn',
    })
    const ask = async (method: string, path: string, body?: object, bearer = token) => {
      const headers = {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        'content-type': 'application/json',
      }
      const reply = await fetch(program.url + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: reply.status, body: (await reply.json()) as Json }
    }
    const ready = await ask('GET', '/readyz')
    assert.equal(Math.round(ready.body.clock_skew_ms / 60_000), 20)
    assert.match(program.output(), /The clock of this machine is 1\d{6} ms ahead/)

    const summit = await make('events', { name: 'Summit', timezone: 'UTC', status: 'live' })
    const talk = await make('sessions', {
      event_id: summit.id,
      name: 'Talk',
      date: '2030-01-01',
      capacity: 1,
    })
    const unfinished = { event_id: summit.id, registration_status: 'in_progress', session_ids: [talk.id] }
    const held = await make('registrants', { ...unfinished, email: 'held@example.com' })
    // Every batch gives back first what has expired in its event.
    const other = { event_id: summit.id, email: 'other@example.com', session_ids: [talk.id] }
    assert.equal((await ask('POST', '/api/v1/registrants/create', other)).status, 422)
    assert.equal((await ask('GET', `/api/v1/registrants/${held.id}`)).body.registration_status, 'in_progress')

    const grant = { grant_type: 'client_credentials', client_id: key, client_secret: secret }
    const granted = await ask('POST', '/api/v1/oauth2/token', grant, '')
    const expires = Date.parse(`${granted.body.expires_at.replace(' ', 'T')}Z`)
    const [row] = await pool<{ now: number }[]>`select extract(epoch from now())::float8 * 1000 as now`
    const minutes = (expires - row!.now) / 60_000
    assert.ok(minutes > 28 && minutes < 31, `${minutes} minutes`)
    assert.equal(await stop(program), 0)
  })
})

describe('a command whose clock is twenty minutes fast', () => {
  it('goes by the time of the database', { skip: missing }, async () => {
    const url = await ownDatabase()
    const sql = connect(url, { max: 1 })
    await sql`insert into accounts (name) values ('Clock')`
    const file = new URL('../../src/programme/import/fixtures/village.xml', import.meta.url).pathname
    const cli = new URL('../../src/cli.ts', import.meta.url).pathname
    const args = [cli, 'import', file, '--new-event', 'Village', '--timezone', 'UTC']
    const { stderr } = spawnSync(process.execPath, args, {
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', DATABASE_URL: url, ...fast },
      encoding: 'utf8',
    })
    const [row] = await sql<{ ahead: number }[]>`
      select extract(epoch from max(created_at) - now())::float8 as ahead from events`
    await sql.end({ timeout: 1 })
    assert.ok(row!.ahead !== null && row!.ahead < 60, `${row!.ahead} s: ${stderr}`)
  })
})
