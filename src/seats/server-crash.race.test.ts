import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../../test/support/app.ts'
import { crowdAt, sum } from '../../test/support/crowds.ts'
import { ownDatabase } from '../../test/support/database.ts'
import { seatDesk } from '../../test/support/seats.ts'
import { type Client, startServer } from '../../test/support/servers.ts'
import type { Mistake } from '../../test/support/spoiled.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { pool } = app
const { event, findings } = seatDesk(app)

/** Two servers. The one that gives so many answers is killed `delay` milliseconds later, and started again. */
async function mortalServers(answers: number, delay: number, mistake?: Mistake) {
  const servers = await Promise.all([startServer(url, mistake), startServer(url, mistake)])
  let countdown = answers
  return {
    ...crowdAt(app, servers),
    /** counts an answer that a client got */
    answered: async ({ asked }: Client) => {
      if (--countdown !== 0) return
      if (delay > 0) await sleep(delay)
      await asked!.kill('SIGKILL')
      servers[servers.indexOf(asked!)] = await startServer(url, mistake)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(server => server.kill('SIGKILL')))
    },
  }
}

/** People claim seats, four each. Says who was told that they have one, and who has. */
async function claimThroughCrash(mistake?: Mistake) {
  await using servers = await mortalServers(100, 0, mistake)
  const summit = await event()
  const talks = await servers.sessions(summit, 5, () => ({ capacity: 30 }))
  const told: string[] = []
  const askedAgain = await servers.all(await servers.people(summit, 150), async (ask, who, n) => {
    for (let turn = 0; turn < 4; turn++) {
      const talk = talks[(n + turn) % 5]!
      const status = await ask('POST', `/registrants/${who.id}/session/${talk.id}`)
      if (status === 200) told.push(`${who.id} ${talk.id}`)
      await servers.answered(ask)
    }
    return ask.unanswered
  })
  const rows = await pool<{ registrant_id: number; session_id: number }[]>`
    select registrant_id, session_id from selections where event_id = ${summit.id} and state = 'selected'`
  const stored = rows.map(row => `${row.registrant_id} ${row.session_id}`)
  return { summit, told, stored, askedAgain: sum(askedAgain), seated: await servers.seated(talks) }
}

/** People register at servers that commit long before they answer. Says how many there are of each. */
async function registerThroughCrash(isKeyed: boolean) {
  // Whoever came while the first was served has been written together, and waits for the answer.
  await using servers = await mortalServers(1, 150, 'answers long after it commits')
  const summit = await event()
  const talks = await servers.sessions(summit, 1)
  await servers.all(servers.strangers(200), async (ask, _who, n) => {
    const email = `${summit.id}-${n}@example.com`
    const body = { event_id: summit.id, email, session_ids: [talks[0]!.id] }
    await ask('POST', '/registrants/create', body, isKeyed ? email : undefined)
    await servers.answered(ask)
  })
  const [row] = await pool<{ people: number; registrations: number }[]>`
    select count(distinct email)::int as people, count(*)::int as registrations from registrants
    where event_id = ${summit.id}`
  return { ...row!, seated: await servers.seated(talks), findings: await findings(summit) }
}

describe('kill -9 of a server in the middle', () => {
  it('every acknowledged seat is there, and nothing else', async () => {
    const { summit, told, stored, askedAgain, seated } = await claimThroughCrash()
    assert.equal(askedAgain > 0, true)
    assert.deepEqual(stored.sort(), told.sort())
    assert.deepEqual([seated, await findings(summit)], [[30, 30, 30, 30, 30], []])
  })

  it('a server that answers before it has committed loses some', async () => {
    const { told, stored } = await claimThroughCrash('answers before it commits')
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
