import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../src/db/cluster.ts'
import {
  databaseProcess,
  noTerminal,
  type Program,
  start,
  temporaryFolder,
  until,
} from '../support/programs.ts'

const folder = temporaryFolder()
const DATA_DIR = join(folder, 'data')
const env = { DATA_DIR, SAMPLE: '0' }

/** Starts the program, ends it, and waits until its database is gone; returns the exit code. */
async function endOf(how: Parameters<typeof start>[1], end: (program: Program) => void) {
  const program = await start(env, how)
  assert.notEqual(program.url, '', program.output())
  const database = databaseProcess(DATA_DIR)!
  assert.ok(isAlive(database))
  end(program)
  const code = await program.ended
  await until('the database has stopped', () => !isAlive(database))
  assert.equal(databaseProcess(DATA_DIR), undefined)
  return code
}

async function isRefused(port: number, hostname: string): Promise<boolean> {
  const socket = connect(port, hostname)
  const refused = await once(socket, 'connect').then(
    () => false,
    () => true,
  )
  socket.destroy()
  return refused
}

describe('the end of `npm start`', () => {
  for (const time of ['first', 'second'])
    it(`Ctrl-C in a terminal stops it and its database with 0, the ${time} time`, {
      skip: noTerminal,
    }, async () => {
      assert.equal(await endOf('terminal', ({ child }) => child.stdin!.write('\x03')), 0)
    })

  it('SIGTERM to the process group does so as well, though npm sends it on', async () => {
    assert.equal(await endOf('npm', ({ child }) => process.kill(-child.pid!, 'SIGTERM')), 0)
  })

  it('a terminal that is closed (SIGHUP to the group) stops it and its database; npm has gone before', async () => {
    assert.equal(await endOf('npm', ({ child }) => process.kill(-child.pid!, 'SIGHUP')), null)
  })
})

describe('a command that is broken off', () => {
  it('ends with 1 and stops the database that was started for it', async () => {
    const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
    const DATA_DIR = join(folder, 'command')
    const child = spawn(process.execPath, [cli, 'accounts', 'list'], {
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', DATA_DIR },
    })
    const ended = once(child, 'close')
    await until('the database starts', () => databaseProcess(DATA_DIR) !== undefined)
    const database = databaseProcess(DATA_DIR)!
    child.kill('SIGINT')
    assert.deepEqual(await ended, [1, null])
    await until('the database has stopped', () => !isAlive(database))
  })
})

describe('the end of the server itself', () => {
  it('SIGHUP stops it with 0', async () => {
    assert.equal(await endOf('alone', ({ child }) => child.kill('SIGHUP')), 0)
  })

  it('a reader that is gone does not stop it', async () => {
    const code = await endOf('alone', ({ child, url }) => {
      child.stdout!.destroy()
      child.stderr!.destroy()
      void fetch(`${url}/nothing`).finally(() => child.kill('SIGTERM'))
    })
    assert.equal(code, 0)
  })

  it('SIGTERM closes the door, and lets in what is half said: it is answered', async () => {
    const program = await start(env)
    const { hostname, port } = new URL(program.url)
    const client = connect(Number(port), hostname)
    const closed = once(client, 'close')
    let said = ''
    client.setEncoding('utf8').on('data', text => (said += text))
    const body = 'grant_type=client_credentials'
    const head = `POST /api/v1/oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}`
    client.write(`${head}\r\nExpect: 100-continue\r\n\r\n`)
    await until('the server waits for the body', () => said.startsWith('HTTP/1.1 100 '))
    program.child.kill('SIGTERM')
    await until('the door is closed', () => isRefused(Number(port), hostname))
    client.write(body)
    await closed
    assert.match(said, /HTTP\/1\.1 401 .*"error":"invalid_client"/s)
    assert.equal(await program.ended, 0)
  })

  it('signals within a second are one; a later one waits for no request, and the database stops all the same', async () => {
    const begin = performance.now()
    const code = await endOf('alone', ({ child, ended, url }) => {
      const { hostname, port } = new URL(url)
      const endless = connect(Number(port), hostname).on('error', () => {})
      endless.write(
        'POST /api/v1/oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
      )
      // The server has begun to read, so it has a request that never ends.
      endless.once('data', () => {
        endless.write('{')
        const signals = setInterval(() => child.kill('SIGTERM'), 1)
        void ended.then(() => clearInterval(signals))
      })
    })
    assert.equal(code, 1)
    assert.ok(performance.now() - begin > 1000)
  })

  it('a signal while it starts ends it with 0 when it has started, database and all', async () => {
    const fresh = join(folder, 'fresh')
    let child: Program['child'] | undefined
    const starting = start({ ...env, DATA_DIR: fresh }, 'alone', begun => {
      child = begun
    })
    await until('the database starts', () => databaseProcess(fresh) !== undefined)
    const database = databaseProcess(fresh)!
    child!.kill('SIGTERM')
    const { ended } = await starting
    assert.equal(await ended, 0)
    await until('the database has stopped', () => !isAlive(database))
  })
})
