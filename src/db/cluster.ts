import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Binaries, findBinaries } from './binaries.ts'

/** The files of a database server: where they are, and what works on them. */
export type Cluster = {
  folder: string
  log: string
  password: string
  binaries: Binaries
  owner: Owner | undefined
}
type Owner = { uid: number; gid: number }

/** The cluster in `dataDir`, which is made when there is none. Only its owner may enter the folder. */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const binaries = await findBinaries(process.platform, process.arch)
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  const folder = join(dataDir, 'postgres')
  const cluster = { folder, log: join(dataDir, 'postgres.log'), password: '', binaries, owner }
  mkdirSync(dataDir, { recursive: true })
  if (owner) chownSync(dataDir, owner.uid, owner.gid)
  makePrivate(dataDir)
  if (owner) mustReach(owner, dataDir, binaries.pg_ctl)
  const passwordFile = join(dataDir, 'postgres.password')
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(cluster, passwordFile)
  cluster.password = readFileSync(passwordFile, 'utf8').trim()
  return cluster
}

/** A folder of another owner, such as a mounted volume, keeps the mode that it has. */
function makePrivate(folder: string): void {
  try {
    chmodSync(folder, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

/** Creates the cluster beside its final place and renames it, so that an interrupted start leaves nothing half done. */
async function initialise(cluster: Cluster, passwordFile: string): Promise<void> {
  const fresh = `${cluster.folder}.${process.pid}`
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (cluster.owner) chownSync(passwordFile, cluster.owner.uid, cluster.owner.gid)
  chmodSync(passwordFile, 0o600)
  const args = ['-D', fresh, '-U', 'lectern', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  await run(cluster, cluster.binaries.initdb, [...args, '--locale=C', '--no-instructions'])
  try {
    renameSync(fresh, cluster.folder)
  } catch (error) {
    if (!existsSync(join(cluster.folder, 'PG_VERSION'))) throw error
    rmSync(fresh, { recursive: true })
  }
}

/**
 * Tries to start the server, and resolves when it answers or has given up: the next attempt to connect tells which. Losing the
 * race against another process is no error: the server runs then.
 */
export async function startServer(cluster: Cluster): Promise<void> {
  try {
    forgetZombie(cluster)
    const options = `-p ${await freePort(lastPort(cluster))} ${serverOptions}`
    const args = ['start', '-w', '-t', '600', '-D', cluster.folder, '-l', cluster.log, '-o', options]
    await run(cluster, cluster.binaries.pg_ctl, args)
  } catch {
    // The next attempt to connect tells whether another server runs now; its log tells the rest.
  }
}

const serverOptions =
  '-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=256MB -c max_connections=200 -c max_wal_size=4GB'

/** Stops the server; with `wait` resolves when it has stopped, else when it has been told to. */
export async function stopServer(cluster: Cluster, { wait }: { wait: boolean }): Promise<void> {
  const args = ['stop', wait ? '-w' : '-W', '-m', 'fast', '-t', '60', '-D', cluster.folder]
  await run(cluster, cluster.binaries.pg_ctl, args)
}

/** Whether the server runs: it may be starting, and not answer yet. */
export function isRunning(cluster: Cluster): boolean {
  return isAlive(Number(pidFile(cluster)[0]))
}

/** Whether a process lives. One that is dead and that its parent has not asked for (a zombie) does not. */
export function isAlive(pid: number): boolean {
  return isListed(pid) && !/^\d+ \(.*\) Z/.test(readIfThere(`/proc/${pid}/stat`))
}

function isListed(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** More than any process has. */
const noProcess = 2 ** 31 - 1

/**
 * Makes PostgreSQL see that its last server is dead, also where nothing collects dead processes, as in a container without
 * an init. The rest of the file stays: by it PostgreSQL knows whether parts of that server still live.
 */
function forgetZombie(cluster: Cluster): void {
  const [pid, ...rest] = pidFile(cluster)
  if (isListed(Number(pid)) && !isRunning(cluster))
    writeFileSync(join(cluster.folder, 'postmaster.pid'), [noProcess, ...rest].join('\n'))
}

/** The port in postmaster.pid (its fourth line), which a stale file may name as well. */
export function runningPort(cluster: Cluster): number | undefined {
  return Number(pidFile(cluster)[3]) || undefined
}

function pidFile(cluster: Cluster): string[] {
  return readIfThere(join(cluster.folder, 'postmaster.pid')).split('\n')
}

/** The port of the last start, which PostgreSQL notes: processes that use the server find it there when it is back. */
function lastPort(cluster: Cluster): number {
  return Number(/"-p" "(\d+)"/.exec(readIfThere(join(cluster.folder, 'postmaster.opts')))?.[1] ?? 0)
}

/** Whether other servers follow this one through replication slots. */
export function hasStandbys(cluster: Cluster): boolean {
  try {
    return readdirSync(join(cluster.folder, 'pg_replslot')).some(name => !name.startsWith('pg_basebackup_'))
  } catch {
    return false
  }
}

/** The end of the server's log, as a sentence. */
export function logTail(cluster: Cluster): string {
  const lines = readIfThere(cluster.log).trimEnd().split('\n').slice(-8)
  return lines[0] ? `Its log, ${cluster.log}, ends with:\n${lines.join('\n')}` : 'It wrote no log.'
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
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

/** In a process group of its own: Ctrl-C and a closed terminal are this process's business, not that of its tools. */
async function run(cluster: Cluster, program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, {
    ...cluster.owner,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => (said += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} failed: ${said.trim()}`)
}

/** The port that is preferred when it is free, else one that is. */
function freePort(preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', error =>
      preferred === 0 ? reject(error) : resolve(freePort(0)),
    )
    probe.listen(preferred, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
