import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isAlive } from '../../src/db/cluster.ts'
import { connect } from '../../src/db/connection.ts'
import {
  databaseProcess,
  databaseUrl,
  start,
  stop,
  temporaryFolder,
  until,
  untilReady,
} from '../support/programs.ts'

const folder = temporaryFolder()
const envOf = (name: string) => ({ DATA_DIR: join(folder, name), SAMPLE: '0' })

/** Asks the built-in database something, on a connection of its own. */
async function ask(dataDir: string, query: string) {
  const sql = connect(databaseUrl(dataDir), { max: 1 })
  try {
    return await sql.unsafe(query)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
/** How many processes hold the lock that says that they use the database. */
const present = async (dataDir: string) => {
  const [row] = await ask(
    dataDir,
    `select count(*)::int as n from pg_locks where locktype = 'advisory' and granted`,
  )
  return row!.n as number
}

describe('a built-in database that dies', () => {
  it('is started again for all who use it, and the last one stops it', async () => {
    const env = envOf('killed')
    const first = await start(env)
    const second = await start(env)
    const dead = databaseProcess(env.DATA_DIR)!
    process.kill(dead, 'SIGKILL')
    await until('another one runs', () => ![dead, undefined].includes(databaseProcess(env.DATA_DIR)))
    await Promise.all([untilReady(first), untilReady(second)])
    await until('both are there', async () => (await present(env.DATA_DIR)) === 2)
    const database = databaseProcess(env.DATA_DIR)!
    assert.equal(await stop(first), 0)
    assert.ok(isAlive(database))
    await untilReady(second)
    assert.equal(await stop(second), 0)
    assert.ok(!isAlive(database))
  })

  it('is not taken from the other process by the first to stop, after all connections broke', async () => {
    const env = envOf('broken')
    const first = await start(env)
    const second = await start(env)
    const database = databaseProcess(env.DATA_DIR)!
    const [backend] = await ask(
      env.DATA_DIR,
      `select pid from pg_stat_activity where application_name = 'lectern' limit 1`,
    )
    process.kill(backend!.pid, 'SIGKILL')
    await until('both are there again', () =>
      present(env.DATA_DIR).then(
        n => n === 2,
        () => false,
      ),
    )
    assert.equal(await stop(first), 0)
    assert.ok(isAlive(database))
    await untilReady(second)
    assert.equal(databaseProcess(env.DATA_DIR), database)
    assert.equal(await stop(second), 0)
  })

  it('and cannot be started again ends the process with 3 and the reason', async () => {
    const env = { ...envOf('spoiled'), LOG_LEVEL: 'warn' }
    const lectern = await start(env)
    const postgres = join(env.DATA_DIR, 'postgres')
    renameSync(join(postgres, 'global'), join(postgres, 'elsewhere'))
    process.kill(databaseProcess(env.DATA_DIR)!, 'SIGKILL')
    assert.equal(await lectern.ended, 3)
    assert.match(lectern.output(), /has stopped and does not start again\. Its log, .* ends with:\n.*global/s)
    const reasons = [...lectern.output().matchAll(/"code":"(\w+)"\},"times":\d+,"msg":"e-mails wait"/g)].map(
      ([, code]) => code,
    )
    assert.ok(reasons.length > 0, lectern.output())
    assert.deepEqual(reasons, [...new Set(reasons)])
  })

  it('and is followed by others is left to people', async () => {
    const env = envOf('followed')
    const lectern = await start(env)
    await ask(env.DATA_DIR, `select pg_create_physical_replication_slot('standby')`)
    const database = databaseProcess(env.DATA_DIR)!
    process.kill(database, 'SIGKILL')
    assert.equal(await lectern.ended, 3)
    assert.match(lectern.output(), /not started again by itself, because others follow it/)
    assert.equal(databaseProcess(env.DATA_DIR), database)
  })
})

describe('a disk that is full', () => {
  const disk = mkdtempSync(join(tmpdir(), 'lectern-disk-'))
  const problem = mountProblem(disk)
  after(() => {
    if (!problem) execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })

  it('stops the database, which comes back when there is room', { skip: problem }, async () => {
    const env = { DATA_DIR: join(disk, 'data'), SAMPLE: '0' }
    mkdirSync(env.DATA_DIR)
    const lectern = await start(env)
    const dead = databaseProcess(env.DATA_DIR)!
    const { bavail, bsize } = statfsSync(disk)
    const filler = join(disk, 'filler')
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 1024 * 1024, 1))
    const grow = `create table if not exists growing (text text);
      insert into growing select repeat('x', 100000) || n from generate_series(1, 1000) n; select pg_switch_wal()`
    await until('the database has died', async () => {
      await ask(env.DATA_DIR, grow).catch(() => {})
      return !isAlive(dead)
    })
    rmSync(filler)
    await untilReady(lectern)
    assert.equal(await stop(lectern), 0)
  })
})

/** Why no small disk can be mounted here; false when it was. */
function mountProblem(path: string): string | false {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', path], { stdio: 'pipe' })
    chmodSync(path, 0o755)
    return false
  } catch (error) {
    return `no disk of 256 MB can be mounted here: ${(error as Error).message}`
  }
}
