import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { connect } from '../../src/db/connection.ts'
import { emptyDatabase } from '../support/database.ts'
import { start, stop, temporaryFolder } from '../support/programs.ts'

const folder = temporaryFolder()

describe('a wrong setting', () => {
  it('is refused with exit code 2, naming the setting and what is allowed', async () => {
    const wrong: [string, string][] = [
      ['PORT', 'eighty'],
      ['PORT', '70000'],
      ['PUBLIC_URL', 'lectern.example'],
      ['DATABASE_URL', 'mysql://x'],
      ['RATE_LIMIT_CREDITS', '-1'],
      ['LOG_LEVEL', 'loud'],
      ['SAMPLE', 'maybe'],
    ]
    await Promise.all(
      wrong.map(async ([name, value]) => {
        const lectern = await start({ [name]: value })
        assert.equal(await lectern.ended, 2)
        assert.match(lectern.output(), new RegExp(`${name}=.*allowed is`))
      }),
    )
  })
})

describe('on a database of its own', () => {
  const env = { DATA_DIR: join(folder, 'data') }

  it('starts from nothing, prints lines that work when pasted, survives kill -9, and stops cleanly', async () => {
    const first = await start(env)
    await new Promise(resolve => setTimeout(resolve, 200))
    const shown = first.output()
    assert.ok(
      shown.split('\n').every(line => line.length <= 80),
      shown,
    )
    const lines = shown.slice(shown.indexOf('KEY='))
    const answer = JSON.parse(
      execFileSync('bash', ['-c', lines], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    )
    assert.equal(answer.name, 'My first session')

    first.child.kill('SIGKILL')
    await first.ended
    const second = await start(env)
    assert.equal(second.output().trim().split('\n').length, 1)
    assert.equal((await fetch(`${second.url}/sessions/${answer.id}`)).status, 200)
    assert.deepEqual(await (await fetch(`${second.url}/healthz`)).json(), { ok: true })
    assert.equal((await fetch(`${second.url}/readyz`)).status, 200)
    const pidFile = join(env.DATA_DIR, 'postgres', 'postmaster.pid')
    assert.ok(existsSync(pidFile))
    assert.equal(statSync(env.DATA_DIR).mode & 0o777, 0o700)
    assert.equal(await stop(second), 0)
    assert.ok(!existsSync(pidFile))
  })
})

describe('on a given database', async () => {
  const DATABASE_URL = await emptyDatabase('processes')

  it('two processes that start together on an empty one both come up, and one is the first', async () => {
    const both = await Promise.all([start({ DATABASE_URL }), start({ DATABASE_URL })])
    await new Promise(resolve => setTimeout(resolve, 200))
    for (const { url } of both) assert.equal((await fetch(`${url}/readyz`)).status, 200)
    assert.equal(both.filter(({ output }) => output().includes('SECRET=')).length, 1)
    assert.deepEqual(await Promise.all(both.map(stop)), [0, 0])
  })

  it('a port that is taken is said so, with the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const lectern = await start({ DATABASE_URL, PORT: String(port) })
    server.close()
    assert.equal(await lectern.ended, 1)
    assert.match(lectern.output(), new RegExp(`Port ${port} is taken`))
  })

  it('SIGTERM lets the request that is being answered finish', async () => {
    const lectern = await start({ DATABASE_URL })
    const sql = connect(DATABASE_URL, { max: 1 })
    let pending: Promise<Response> | undefined
    let stopped: Promise<number | null> | undefined
    await sql.begin(async db => {
      await db`lock table credentials in access exclusive mode`
      pending = fetch(`${lectern.url}/api/v1/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('nobody:nothing')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      for (let waiting = 0; waiting === 0; ) {
        const [row] =
          await db`select count(*)::int as n from pg_locks where not granted and relation = 'credentials'::regclass`
        waiting = row!.n
      }
      stopped = stop(lectern)
      await new Promise(resolve => setTimeout(resolve, 300))
    })
    assert.equal((await pending!).status, 401)
    assert.equal(await stopped, 0)
    await sql.end()
  })

  it('one that is newer than the program is refused', async () => {
    const sql = connect(DATABASE_URL, { max: 1 })
    await sql`insert into schema_migrations (version, name) values (9999, 'from the future')`
    const lectern = await start({ DATABASE_URL })
    assert.equal(await lectern.ended, 1)
    assert.match(lectern.output(), /database is at version 9999.*newer Lectern/s)
    await sql.end()
  })
})
