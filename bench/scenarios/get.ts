import { makeProgramme, sessionIds } from '../data.ts'
import type { Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'

export const get: Scenario = {
  name: 'get',
  about:
    'One session by its id, over 32 connections; the floor selects the row by its primary key. The ratio is that of processor time.',
  sides: ['lectern', 'floor'],
  run: async ({ databaseServer, compare }) => {
    const programme = await makeProgramme(databaseServer, 'bench_get', 1)
    const { url, headers } = programme
    await using lectern = await startLectern(url)
    await using floor = await startFloor('sessions.ts', url)
    const plan = (server: { url: string; process: number }, base: string) => ({
      url: server.url,
      process: server.process,
      connections: 32,
      requests: sessionIds(programme).map(id => ({ method: 'GET', path: `${base}/sessions/${id}`, headers })),
    })
    return [
      await compare('get session', { processorAtMost: 1.15 }, plan(lectern, '/api/v1'), plan(floor, '')),
    ]
  },
}
