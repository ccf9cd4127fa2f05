import type { AddressInfo } from 'node:net'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { type Db, transaction } from '../../src/db/connection.ts'
import { openDatabase } from '../../src/db/database.ts'
import { notFound } from '../../src/errors.ts'
import { keepAnswers, takeKeys } from '../../src/http/once.ts'
import { makeParts } from '../../src/parts.ts'
import type { Outcome } from '../../src/seats/ledger/order.ts'
import { mustBeGranted } from '../../src/seats/ledger/order.ts'
import type { Wish } from '../../src/seats/rules/wish.ts'

/*
 * The obvious way to give out seats, behind the very server that Lectern is: a transaction per request locks the row of
 * the session, checks, inserts the selection, counts it, and commits. It is correct, and leaves out what the rules ask
 * for besides: conflicts, registrants' states, the line, the change log.
 */
const config = readConfig(process.env)
const { pool, readers, close } = await openDatabase(config)
const parts = await makeParts({ pool, readers, config })
const app = await buildApp(parts)
parts.desk.submit = async (_db, { wish }, answer) =>
  answer(pool, mustBeGranted(await transaction(pool, db => claim(db, wish))))
parts.desk.submitOnce = ({ wish }, answer, once) =>
  transaction(pool, async db => {
    const earlier = (await takeKeys(db, [once])).get(once)
    if (earlier && 'failure' in earlier) throw earlier.failure
    if (earlier) return earlier
    const kept = await once.render(async () => answer(db, mustBeGranted(await claim(db, wish))))
    await keepAnswers(db, [[once, kept]])
    return kept
  })
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`http://127.0.0.1:${(app.addresses()[0] as AddressInfo).port}`)
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    await app.close()
    await close()
    process.exit(0)
  })

const granted: Outcome = {
  granted: true,
  moves: [],
  skipped: [],
  before: { status: 'confirmed', expired_session_ids: [] },
}

async function claim(db: Db, { registrant_id, add: [session_id] }: Wish): Promise<Outcome> {
  const [session] = await db<{ event_id: number; capacity: number | null; selected_count: number }[]>`
    select event_id, capacity, selected_count from sessions where id = ${session_id!} for no key update`
  if (!session) throw notFound('Session', session_id)
  const [known] = await db`
    select from selections where registrant_id = ${registrant_id} and session_id = ${session_id!}`
  if (known) return granted
  if (session.capacity !== null && session.selected_count >= session.capacity)
    return {
      granted: false,
      reasons: [{ field: 'session_ids', session_id, type: 'sold_out', message: 'This session is full.' }],
    }
  const now = new Date()
  await db`
    insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
    values (1, ${session.event_id}, ${registrant_id}, ${session_id!}, 'selected', ${now}, ${now})`
  await db`update sessions set selected_count = selected_count + 1 where id = ${session_id!}`
  return granted
}
