import { makeProgramme } from '../data.ts'
import type { Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'

export const list: Scenario = {
  name: 'list',
  about:
    'Two hundred of the thousand sessions of an event with all fields, over 32 connections; the floor selects 200 rows.',
  sides: ['lectern', 'floor'],
  run: async ({ databaseServer, compare }) => {
    const { url, headers } = await makeProgramme(databaseServer, 'bench_list', 1)
    await using lectern = await startLectern(url)
    await using floor = await startFloor('sessions.ts', url)
    const plan = (server: { url: string }, path: string) => ({
      url: server.url,
      connections: 32,
      requests: [{ method: 'GET', path, headers }],
    })
    return [
      await compare(
        'list 200 sessions',
        { rateAtLeast: 0.5 },
        plan(lectern, '/api/v1/sessions?event_id=1&fields=*&per-page=200'),
        plan(floor, '/sessions?event_id=1'),
      ),
    ]
  },
}
