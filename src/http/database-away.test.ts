import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Reply, testApp } from '../../test/support/app.ts'
import { ownDatabase } from '../../test/support/database.ts'
import { gateTo } from '../../test/support/gate.ts'
import { seatDesk } from '../../test/support/seats.ts'
import { connect, transaction } from '../db/connection.ts'
import { expectedError } from '../errors.ts'

/** A login of this file, and a database that it may write in. */
const url = new URL(await ownDatabase())
const admin = connect(url.href, { max: 3 })
const role = admin(`away_${process.pid}`)
await admin`create role ${role} login password 'first' in role ${admin(url.username)}`
url.username = `away_${process.pid}`
url.password = 'first'
const gate = await gateTo(url.href)
const limits = { lock: 1, statement: 2, idle: 30, queue: 2 }
const app = await testApp({ url: gate.url, limits })
const { event, session, person } = seatDesk(app)
const { call, raw } = app

after(async () => {
  await gate.end()
  await app.pool.end({ timeout: 0 })
  await admin.unsafe(`drop database "${url.pathname.slice(1)}" with (force)`).catch(() => {})
  await admin.end({ timeout: 1 })
})

const ready = () => raw({ method: 'GET', url: '/readyz' })
const create = (event_id: number) => call('POST', '/tracks/create', { event_id, name: 'Track' })

/** Asks until an answer has this status. */
async function until(status: number, ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await ask()
    if (reply.status === status) return reply
    await pause(20)
  }
}

async function timed(ask: () => Promise<Reply>): Promise<{ reply: Reply; seconds: number }> {
  const start = performance.now()
  const reply = await ask()
  return { reply, seconds: (performance.now() - start) / 1000 }
}

function mustBeUnavailable(reply: Reply): void {
  assert.deepEqual([reply.status, reply.body.type], [503, 'unavailable'])
  assert.match(reply.headers['retry-after'], /^\d+$/)
}

describe('a database that is not as it should be', () => {
  let summit: { id: number }
  before(async () => {
    summit = await event()
  })

  afterEach(() => gate.thaw())

  it('503 for each of its failures that another try may overcome', () => {
    const codes = [
      ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
      ...['EAI_AGAIN', 'EAI_FAIL', 'EMFILE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED'],
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'CONNECT_TIMEOUT', 'ANSWER_TIMEOUT', 'CONNECTION_CLOSED'],
      ...[
        'QUEUE_FULL',
        'QUEUE_TIMEOUT',
        '08006',
        '28P01',
        '28000',
        '3D000',
        '57P01',
        '57P02',
        '57P03',
        '58030',
      ],
      ...['25006', '53100', '53200', '53300', '55P03', '57014', '25P03', '25P04', '40001', '40P01'],
    ]
    const others = ['42P01', '23505', 'ENOENT', 'XX000', '']
    assert.deepEqual(
      [...codes, ...others].filter(code => expectedError({ code })?.status === 503),
      codes,
    )
  })

  it('is not what a body tells that its client broke off', () => {
    const { status, type } = expectedError({ code: 'ECONNRESET', statusCode: 400, message: 'aborted' })!
    assert.deepEqual([status, type], [400, 'bad_request'])
  })

  it('200 from /readyz with the version of the database', async () => {
    const { body } = await ready()
    assert.deepEqual([body.ok, body.database_version > 0], [true, true])
  })

  it('503 within a second from /readyz, and within its limits for every request, while it is frozen', async () => {
    gate.freeze()
    mustBeUnavailable(await ready())
    const asked = Array.from({ length: 60 }, () => timed(() => create(summit.id)))
    for (let times = 0; times < 3; times++) {
      const { reply, seconds } = await timed(ready)
      mustBeUnavailable(reply)
      assert.ok(seconds < 1, `${seconds} s`)
    }
    for (const { reply, seconds } of await Promise.all(asked)) {
      mustBeUnavailable(reply)
      assert.ok(seconds < 15, `${seconds} s`)
    }
    gate.thaw()
    await until(200, ready)
    assert.equal((await create(summit.id)).status, 201)
  })

  it('503 for those who need what somebody has locked and forgotten, and no delay for others', async () => {
    const other = await event()
    const [talk, elsewhere] = [await session(summit), await session(other)]
    const [ada, bob] = [await person(summit), await person(other)]
    const locked = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const forgotten = transaction(admin, async db => {
      await db`select from events where id = ${summit.id} for update`
      locked.resolve()
      await release.promise
    })
    await locked.promise
    const waiting = Array.from({ length: 50 }, () =>
      call('POST', `/registrants/${ada.id}/session/${talk.id}`),
    )
    assert.equal((await call('POST', `/registrants/${bob.id}/session/${elsewhere.id}`)).status, 200)
    assert.equal((await ready()).status, 200)
    for (const reply of await Promise.all(waiting)) mustBeUnavailable(reply)
    release.resolve()
    await forgotten
    assert.equal((await call('POST', `/registrants/${ada.id}/session/${talk.id}`)).status, 200)
  })

  it('503 for writes, and not ready, while it can only be read', async () => {
    await admin`alter role ${role} set default_transaction_read_only = on`
    gate.cut()
    mustBeUnavailable(await until(503, ready))
    mustBeUnavailable(await create(summit.id))
    assert.equal((await call('GET', `/events/${summit.id}`)).status, 200)
    await admin`alter role ${role} reset default_transaction_read_only`
    gate.cut()
    await until(200, ready)
    assert.equal((await create(summit.id)).status, 201)
  })

  for (const [what, away, back] of [
    ['refuses the password', `password 'second'`, `password 'first'`],
    ['has no connection left', 'connection limit 0', 'connection limit -1'],
  ] as const)
    it(`503, and not ready, while it ${what}; ready within two seconds after`, async () => {
      await admin.unsafe(`alter role "${url.username}" ${away}`)
      gate.cut()
      mustBeUnavailable(await until(503, ready))
      mustBeUnavailable(await create(summit.id))
      mustBeUnavailable(await call('GET', `/events/${summit.id}`))
      await admin.unsafe(`alter role "${url.username}" ${back}`)
      const { seconds } = await timed(() => until(200, ready))
      assert.ok(seconds < 2, `${seconds} s`)
      assert.equal((await create(summit.id)).status, 201)
    })

  it('503, and not ready, while nobody listens at its address; ready within two seconds after', async () => {
    await gate.close()
    mustBeUnavailable(await until(503, ready))
    for (let times = 0; times < 20; times++) mustBeUnavailable(await create(summit.id))
    await gate.open()
    const { seconds } = await timed(() => until(200, ready))
    assert.ok(seconds < 2, `${seconds} s`)
    assert.equal((await create(summit.id)).status, 201)
  })
})
