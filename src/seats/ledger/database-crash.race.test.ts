import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { persistentClient, startServer } from '../../../test/support/servers.ts'
import { connect } from '../../db/connection.ts'
import { type EmbeddedServer, startEmbedded } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'

/** A database server that can be killed, behind a port that stays the same when it comes back on another. */
async function mortalDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-crash-'))
  let server: EmbeddedServer = await startEmbedded(folder)
  const gate = createServer(client => {
    const { hostname, port } = new URL(server.url)
    const database = dial(Number(port), hostname)
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const)
      one.pipe(other).on('error', () => one.destroy())
    client.on('error', () => database.destroy())
    client.on('close', () => database.destroy())
    database.on('error', () => client.destroy())
    database.on('close', () => client.destroy())
  })
  await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve))
  const url = new URL(server.url)
  url.port = String((gate.address() as { port: number }).port)
  return {
    url: url.href,
    /** kill -9, and a new start on what is left */
    crash: async () => {
      const dead = server
      process.kill(
        Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]),
        'SIGKILL',
      )
      server = await startEmbedded(folder)
      await dead.release()
    },
    stop: async () => {
      gate.close()
      await server.release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const database = await mortalDatabase()
const admin = connect(database.url, { max: 2 })
await migrate(admin)
const app = await testApp({ url: database.url })
const servers = await Promise.all([startServer(database.url), startServer(database.url)])
after(async () => {
  await Promise.all(servers.map(server => server.kill('SIGKILL')))
  await app.app.close()
  await Promise.all([admin.end({ timeout: 1 }), app.pool.end({ timeout: 1 })])
  await database.stop()
})
const { event, session, counts, findings } = seatDesk(app)

/** People sign up at both servers; after some were answered the database is killed. Returns who was told that they are in. */
async function signUpThroughCrash(
  summit: { id: number },
  talk: { id: number },
  size: number,
  crashAt: number,
) {
  let answered = 0
  const told: string[] = []
  let crashed = Promise.resolve()
  const clients = Array.from({ length: size }, async (_, n) => {
    const ask = persistentClient(servers, app.token, n)
    const email = `${summit.id}-${n}@example.com`
    const body = { event_id: summit.id, email, session_ids: [talk.id] }
    const status = await ask('POST', '/registrants/create', body, email)
    if (status === 201) told.push(email)
    if (++answered === crashAt) crashed = database.crash()
    return ask.unanswered
  })
  const unanswered = await Promise.all(clients)
  await crashed
  const rows = await admin<{ email: string }[]>`select email from registrants where event_id = ${summit.id}`
  return { told, stored: rows.map(row => row.email), unanswered: unanswered.some(times => times > 0) }
}

describe('kill -9 of the database in the middle', () => {
  it('every acknowledged seat is there, and nothing else', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 120 })
    const { told, stored, unanswered } = await signUpThroughCrash(summit, talk, 200, 40)
    assert.equal(unanswered, true)
    assert.deepEqual([told.length, stored.toSorted()], [120, told.toSorted()])
    assert.deepEqual([await counts(talk), await findings(summit)], [[120, 0, 0, 0], []])
  })

  it('a database that acknowledges before it has written loses some', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1000 })
    await admin.unsafe(`alter system set synchronous_commit = off`)
    await admin.unsafe(`alter system set wal_writer_delay = '10s'`)
    await admin.unsafe(`alter system set wal_writer_flush_after = '1GB'`)
    await admin`select pg_reload_conf()`
    const body = (n: number) => ({
      event_id: summit.id,
      email: `lost${n}@example.com`,
      session_ids: [talk.id],
    })
    const ask = persistentClient(servers, app.token, 0)
    for (let n = 0; n < 20; n++) assert.equal(await ask('POST', '/registrants/create', body(n)), 201)
    await database.crash()
    assert.equal((await counts(talk))[0]! < 20, true)
  })
})
