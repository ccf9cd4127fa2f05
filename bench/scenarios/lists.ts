import { connect } from '../../src/db/connection.ts'
import { makeProgramme } from '../data.ts'
import type { Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'

const people = 20_000

/** Registrants of the first event, with names in another order than their ids. */
async function register(url: string): Promise<void> {
  const pool = connect(url, { max: 1 })
  await pool`
    insert into registrants (account_id, event_id, email, first_name, last_name, registration_status, payment_status,
      secure_id, addresses, custom_fields, created_at, updated_at)
    select 1, 1, 'p' || n || '@example.com', 'F' || n, 'L' || n * 7919 % ${people}::int, 'confirmed', 'not_required',
      replace(gen_random_uuid()::text, '-', ''), '{}', '{}', now(), now() from generate_series(1, ${people}::int) n`
  await pool`vacuum analyze`
  await pool.end()
}

/** What is asked of Lectern, and of the floor: a list, items of its page, and those before it. */
const asked: [what: string, query: string, floor: string, limit: number, offset: number][] = [
  ['20 sessions', 'sessions?event_id=1', 'sessions', 20, 0],
  ['50 sessions', 'sessions?event_id=1&per-page=50', 'sessions', 50, 0],
  ['20 sessions, middle', 'sessions?event_id=1&page=25', 'sessions', 20, 480],
  ['20 sessions, last', 'sessions?event_id=1&page=50', 'sessions', 20, 980],
  ['50 by date', 'sessions?event_id=1&per-page=50&sort=date,start_time', 'sessions-by-date', 50, 0],
  ['50 by name', 'sessions?event_id=1&per-page=50&sort=name', 'sessions-by-name', 50, 0],
  ['50 registrants', 'registrants?event_id=1&per-page=50', 'registrants', 50, 0],
  ['50 registrants, middle', 'registrants?event_id=1&per-page=50&page=200', 'registrants', 50, 9950],
  ['50 by last name', 'registrants?event_id=1&per-page=50&sort=last_name', 'registrants-by-last-name', 50, 0],
  ['20 with a word', 'sessions?event_id=1&search=name*contains*Basics%207', 'sessions-with-a-word', 20, 0],
  ['100 changes', 'changes', 'changes', 100, 0],
  ['one by address', 'registrants?event_id=1&search=email=p77@example.com', 'registrant-by-address', 0, 0],
]

export const lists: Scenario = {
  name: 'lists',
  about:
    'Pages of 1,000 sessions and of 20,000 registrants, over 8 connections; the floor is each list as it would be written by hand (floor/lists.ts). The ratio is that of processor time, of the program and the database together (µs for each answer).',
  sides: ['lectern', 'floor'],
  run: async ({ databaseServer, compare }) => {
    const { url, headers } = await makeProgramme(databaseServer, 'bench_lists', 1)
    await register(url)
    await using lectern = await startLectern(url)
    await using floor = await startFloor('lists.ts', url)
    const plan = (server: { url: string; process: number }, path: string) => ({
      url: server.url,
      process: server.process,
      connections: 8,
      requests: [{ method: 'GET', path, headers }],
    })
    const comparisons = []
    for (const [what, query, list, limit, offset] of asked)
      comparisons.push(
        await compare(
          what,
          { processorAtMost: 1.25 },
          plan(lectern, `/api/v1/${query}`),
          plan(floor, `/${list}?limit=${limit}&offset=${offset}`),
        ),
      )
    return comparisons
  },
}
