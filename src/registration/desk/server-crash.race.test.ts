import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../../../test/support/app.ts'
import { crowdAt, sum } from '../../../test/support/crowds.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { startServer, startTwo } from '../../../test/support/servers.ts'
import type { Mistake } from '../../../test/support/spoiled.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { pool } = app
const { event, findings } = seatDesk(app)

/** Two servers. The first, which may make a mistake, is to be killed, and started again without it. */
async function mortalServers(mistake?: Mistake) {
  const servers = await startTwo(url, [mistake])
  const doomed = servers[0]!
  const die = async () => {
    await doomed.kill('SIGKILL')
    servers[0] = await startServer(url)
  }
  let death: Promise<void> | undefined
  return {
    ...crowdAt(app, servers),
    doomed,
    die: () => {
      death ??= die()
      return death
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(server => server.kill('SIGKILL')))
    },
  }
}

/** People claim seats, four each; a server dies after so many answers. Says who was told that they have one, and who has. */
async function claimThroughCrash(answers: number, mistake?: Mistake) {
  await using servers = await mortalServers(mistake)
  const summit = await event()
  const talks = await servers.sessions(summit, 5, () => ({ capacity: 30 }))
  const told: string[] = []
  let countdown = answers
  const askedAgain = await servers.all(await servers.people(summit, 150), async (ask, who, n) => {
    for (let turn = 0; turn < 4; turn++) {
      const talk = talks[(n + turn) % 5]!
      const status = await ask('POST', `/registrants/${who.id}/session/${talk.id}`)
      if (status === 200) told.push(`${who.id} ${talk.id}`)
      if (ask.asked === servers.doomed && --countdown === 0) await servers.die()
    }
    return ask.unanswered
  })
  const rows = await pool<{ registrant_id: number; session_id: number }[]>`
    select registrant_id, session_id from selections where event_id = ${summit.id} and state = 'selected'`
  const stored = rows.map(row => `${row.registrant_id} ${row.session_id}`)
  return { summit, told, stored, askedAgain: sum(askedAgain), seated: await servers.seated(talks) }
}

/**
 * People register; a server dies when it has committed what some of them asked, and has answered nobody. Says how many
 * there are of each.
 */
async function registerThroughCrash(isKeyed: boolean) {
  await using servers = await mortalServers('commits and never answers')
  const summit = await event()
  const talks = await servers.sessions(summit, 1)
  const emails = Array.from({ length: 200 }, (_, n) => `${summit.id}-${n}@example.com`)
  const registered = servers.all(servers.strangers(200), (ask, _who, n) => {
    const body = { event_id: summit.id, email: emails[n], session_ids: [talks[0]!.id] }
    return ask('POST', '/registrants/create', body, isKeyed ? emails[n] : undefined)
  })
  // Those with an even number have asked the server that is to die.
  const evens = emails.filter((_, n) => n % 2 === 0)
  while ((await pool`select from registrants where email in ${pool(evens)} limit 1`).length === 0)
    await sleep(20)
  await servers.die()
  await registered
  const [row] = await pool<{ people: number; registrations: number }[]>`
    select count(distinct email)::int as people, count(*)::int as registrations from registrants
    where event_id = ${summit.id}`
  return { ...row!, seated: await servers.seated(talks), findings: await findings(summit) }
}

describe('kill -9 of a server in the middle', () => {
  it('every acknowledged seat is there, and nothing else', async () => {
    const { summit, told, stored, askedAgain, seated } = await claimThroughCrash(50)
    assert.equal(askedAgain > 0, true)
    assert.deepEqual(stored.sort(), told.sort())
    assert.deepEqual([seated, await findings(summit)], [[30, 30, 30, 30, 30], []])
  })

  it('a server that answers before it has committed loses some', async () => {
    const { told, stored } = await claimThroughCrash(1, 'answers and never commits')
    const kept = new Set(stored)
    assert.equal(told.filter(seat => !kept.has(seat)).length > 0, true)
  })

  it('who asks again with the same Idempotency-Key is registered once', async () => {
    const outcome = await registerThroughCrash(true)
    assert.deepEqual(outcome, { people: 200, registrations: 200, seated: [200], findings: [] })
  })

  it('without a key some are registered twice', async () => {
    const { people, registrations } = await registerThroughCrash(false)
    assert.deepEqual([people, registrations > people], [200, true])
  })
})
