import { createAccount, createCredential } from '../src/access/accounts/accounts.ts'
import { buildApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { connect, type Pool } from '../src/db/connection.ts'
import { migrate } from '../src/db/migrate.ts'
import { makeParts } from '../src/parts.ts'
import { temporaryServer } from '../test/support/database.ts'

/*
 * `node bench/schedule.ts`: what it takes to change 500 sessions together, against the same update with its change records
 * written by hand, in turn; what a claim waits meanwhile; and a rehearsal of a session with 5,000 people.
 */

const rounds = 15
const server = await temporaryServer()
const pool = connect(server.url, { max: 10 })
try {
  await migrate(pool)
  const account = await createAccount(pool, 'bench')
  const { key, secret } = await createCredential(pool, account.id, 'bench', ['read', 'write'])
  const parts = await makeParts({
    pool,
    config: readConfig({ PUBLIC_URL: 'http://lectern.bench', RATE_LIMIT_CREDITS: '0' }),
  })
  const app = await buildApp(parts)
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`
  const granted = await app.inject({
    method: 'POST',
    url: '/oauth2/token',
    headers: { authorization },
    payload: { grant_type: 'client_credentials' },
  })
  const token = granted.json().access_token
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) => {
    const reply = await app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload && { payload }),
    })
    if (reply.statusCode >= 300) throw new Error(`${method} ${path}: ${reply.statusCode} ${reply.body}`)
    return reply.json()
  }
  const event = await call('POST', '/events/create', { name: 'Bench', timezone: 'Europe/Brussels' })
  const ids: number[] = []
  for (let n = 0; n < 500; n++) {
    const body = {
      event_id: event.id,
      name: `Session ${n}`,
      date: '2030-05-04',
      start_time: '10:00',
      end_time: '11:00',
    }
    ids.push((await call('POST', '/sessions/create', body)).id)
  }
  const registrants: number[] = []
  for (let n = 0; n < 50; n++)
    registrants.push(
      (await call('POST', '/registrants/create', { event_id: event.id, email: `p${n}@example.com` })).id,
    )

  const ratios: number[] = []
  const times: number[][] = []
  for (let round = 0; round < rounds; round++) {
    const [start, other] = [
      `${String(8 + (round % 8)).padStart(2, '0')}:00:00`,
      `${String(8 + (round % 8)).padStart(2, '0')}:30:00`,
    ]
    const ours = await timed(() =>
      call(
        'PUT',
        `/events/${event.id}/schedule`,
        ids.map(id => ({ id, start_time: start, end_time: '20:00:00' })),
      ),
    )
    const byHand = await timed(() => updateByHand(pool, event.id, ids, other))
    ratios.push(ours / byHand)
    times.push([ours, byHand])
  }
  const waits: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = `${String(8 + (round % 8)).padStart(2, '0')}:15:00`
    const moving = call(
      'PUT',
      `/events/${event.id}/schedule`,
      ids.map(id => ({ id, start_time: start })),
    )
    for (const id of registrants.slice(0, 5))
      waits.push(await timed(() => call('POST', `/registrants/${id}/session/${ids[round]}`)))
    await moving
  }
  const hall = await call('POST', '/sessions/create', {
    event_id: event.id,
    name: 'Hall',
    date: '2030-05-05',
    start_time: '10:00',
    end_time: '11:00',
  })
  for (let n = 0; n < 50; n++)
    await Promise.all(
      Array.from({ length: 100 }, (_, k) =>
        call('POST', '/registrants/create', {
          event_id: event.id,
          email: `h${n * 100 + k}@example.com`,
          session_ids: [hall.id, ids[k % 20]],
        }),
      ),
    )
  const rehearsals: number[] = []
  for (let round = 0; round < rounds; round++)
    rehearsals.push(
      await timed(() =>
        call('PUT', `/sessions/${hall.id}?validate_only=true`, {
          date: '2030-05-04',
          start_time: `${9 + (round % 4)}:00`.padStart(5, '0'),
        }),
      ),
    )
  const shown = (label: string, values: number[]) =>
    console.log(`${label}: median ${middle(values).toFixed(1)}, slowest ${Math.max(...values).toFixed(1)}`)
  shown(
    '500 sessions, ms',
    times.map(([ours]) => ours!),
  )
  shown(
    'the same by hand, ms',
    times.map(([, byHand]) => byHand!),
  )
  shown('ratio', ratios)
  shown('a claim beside it, ms', waits)
  shown('rehearsal with 5,000 people, ms', rehearsals)
  await app.close()
  await parts.close()
} finally {
  await pool.end()
  await server.stop()
}

/** The update that moves sessions, with their change records, in a transaction under the lock of the event. */
async function updateByHand(
  db: Pool,
  event_id: number,
  session_ids: number[],
  start_time: string,
): Promise<void> {
  await db.begin(async tx => {
    await tx`select from events where id = ${event_id} for no key update`
    await tx`
      with before as (select * from sessions where id = any(${session_ids}::bigint[])),
        after as (
          update sessions set start_time = ${start_time}, starts_at = (date + ${start_time}::time) at time zone timezone,
            updated_at = now(), version = version + 1
          where id = any(${session_ids}::bigint[]) returning *)
      insert into changes (account_id, event_id, object, object_id, action, before, after, created_at)
      select a.account_id, a.event_id, 'session', a.id, 'update', to_jsonb(b), to_jsonb(a), now()
      from after a join before b using (id) order by a.id`
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
