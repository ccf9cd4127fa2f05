import type { Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'
import { makeSignUp } from '../sign-up.ts'

export const register: Scenario = {
  name: 'register',
  about:
    'A registrant with three sessions, as JSON, over 32 connections; the floor inserts the registrant and three selections in one transaction, without checks, counters or change log, and into the same table of registrants with its keys.',
  sides: ['lectern', 'floor'],
  run: async ({ databaseServer, compare }) => {
    const empty = { sessions: 30, capacity: 1_000_000, registrants: 0, selections: 0 }
    const ours = await makeSignUp(databaseServer, 'bench_register', empty)
    const theirs = await makeSignUp(databaseServer, 'bench_register_floor', empty)
    await using lectern = await startLectern(ours.url)
    await using floor = await startFloor('registrants.ts', theirs.url)
    const person = {
      event_id: 1,
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Byron',
      company: 'Analytical Engines',
      session_ids: [1, 11, 21],
    }
    const plan = (server: { url: string }, path: string) => ({
      url: server.url,
      connections: 32,
      requests: [{ method: 'POST', path, headers: ours.headers, body: JSON.stringify(person) }],
    })
    return [
      await compare(
        'register with three sessions',
        {},
        plan(lectern, '/api/v1/registrants/create'),
        plan(floor, '/registrants'),
      ),
    ]
  },
}
