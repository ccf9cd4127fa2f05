import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { testApp } from '../../../test/support/app.ts'
import { withoutClause } from '../../../test/support/clauses.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { meetingPools } from '../../../test/support/meeting.ts'
import { type Pool, transaction } from '../../db/connection.ts'
import { mailQueue } from './mail.ts'
import { mailServerAt, senderOf } from './smtp.ts'

const databaseUrl = await ownDatabase()
process.env.TEST_DATABASE_URL = databaseUrl
const { call, make, pool } = await testApp()
const smtp = await testMailServer()
const from = 'Summit <summit@example.org>'
const sender = senderOf(from)
const queues: ReturnType<typeof mailQueue>[] = []
const queueOn = (hands: Pool) => {
  const queue = mailQueue({
    pool: hands,
    now: () => new Date(),
    baseUrl: null,
    server: mailServerAt(smtp.url, sender),
    sender,
    warn: error => assert.fail(String(error)),
    fault: error => assert.fail(String(error)),
  })
  queues.push(queue)
  return queue
}
after(async () => {
  await Promise.all(queues.map(each => each.close()))
  await smtp.close()
})
afterEach(async () => {
  smtp.received.length = 0
  smtp.behaviour.beforeAnswer = undefined as never
  await pool`delete from outbox`
})

const event = await make('events', { name: 'Summit', status: 'live' })
let people = 0
/** Registers so many people at once, who are to get a letter; returns their addresses, in order. */
const register = async (count: number) => {
  const emails = Array.from({ length: count }, () => `p${String(++people).padStart(4, '0')}@example.com`)
  const replies = await Promise.all(
    emails.map(email => call('POST', '/registrants?send_email=true', { event_id: event.id, email })),
  )
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([201]))
  return emails
}
const addresses = () => smtp.received.flatMap(({ to }) => to).sort()
/** `state attempts` of all letters, each combination once. */
const outcomes = async () => {
  const rows = await pool`select distinct state, attempts from outbox order by 1, 2`
  return rows.map(({ state, attempts }) => `${state} ${attempts}`)
}

describe('two processes take letters at the same moment', () => {
  it('each letter goes out exactly once', async () => {
    const expected = await register(30)
    const [one, other] = meetingPools(pool).map(queueOn)
    await Promise.all([one!.dispatch(), other!.dispatch()])
    assert.deepEqual(addresses(), expected)
    assert.deepEqual(await outcomes(), ['sent 1'])
  })

  it('without the lock of the claim each goes out twice', async () => {
    const expected = await register(15)
    const [one, other] = meetingPools(pool).map(hands =>
      queueOn(withoutClause(hands, 'for update of job skip locked')),
    )
    await Promise.all([one!.dispatch(), other!.dispatch()])
    assert.deepEqual(
      addresses(),
      expected.flatMap(email => [email, email]),
    )
    assert.deepEqual(await outcomes(), ['sent 2'])
  })

  it('with a copy to a second person, both get theirs exactly once', async () => {
    const [email] = await register(1)
    await pool`update registrants set cc_email = 'copy@example.com' where email = ${email!}`
    const [one, other] = meetingPools(pool).map(queueOn)
    await Promise.all([one!.dispatch(), other!.dispatch()])
    assert.deepEqual(addresses(), ['copy@example.com', email])
  })
})

describe('processes of their own on one database', () => {
  const program = fileURLToPath(new URL('../../main.ts', import.meta.url))
  const start = () =>
    spawn(process.execPath, [program], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        PORT: '0',
        SMTP_URL: smtp.url,
        MAIL_FROM: from,
        SAMPLE: '0',
      },
      stdio: 'ignore',
    })

  it('each letter goes out exactly once, also those that are written while others are sent', async () => {
    smtp.behaviour.beforeAnswer = () => sleep(5)
    const expected = await register(60)
    const servers = [start(), start()]
    while (smtp.received.length === 0) await sleep(10)
    for (let round = 0; round < 3; round++) expected.push(...(await register(20)))
    while ((await outcomes()).join() !== 'sent 1') await sleep(50)
    for (const server of servers) server.kill('SIGTERM')
    await Promise.all(servers.map(server => once(server, 'exit')))
    assert.deepEqual(addresses(), expected)
  })
})

describe('a person who is being forgotten or deleted', () => {
  it('does not get a letter at this moment, and does not hold up the others', async () => {
    const [one, other] = await register(2)
    await transaction(pool, async db => {
      await db`select from registrants where email = ${one!} for update`
      await queueOn(pool).dispatch()
      assert.deepEqual(addresses(), [other])
    })
    await queueOn(pool).dispatch()
    assert.deepEqual(addresses(), [one, other])
  })
})

describe('a batch of sign-ups of which one cannot be stored', () => {
  it('leaves one letter to each of the others, and none to that one', async () => {
    const twice = (n: number) =>
      call('POST', '/registrants?send_email=true', {
        event_id: event.id,
        email: `twin${n}@example.com`,
        external_id: 'twin',
      })
    const [expected, one, other] = await Promise.all([register(20), twice(1), twice(2)])
    assert.deepEqual([one.status, other.status].sort(), [201, 422])
    await queueOn(pool).dispatch()
    const twin = one.status === 201 ? 'twin1@example.com' : 'twin2@example.com'
    assert.deepEqual(addresses(), [...expected, twin].sort())
  })
})
