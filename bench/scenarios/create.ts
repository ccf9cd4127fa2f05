import { makeProgramme, newSessions } from '../data.ts'
import type { Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'

export const create: Scenario = {
  name: 'create',
  about:
    'A session with every field, as JSON, over 32 connections; the floor inserts the same row. The ratio is that of processor time.',
  sides: ['lectern', 'floor'],
  run: async ({ databaseServer, compare }) => {
    const { url, headers } = await makeProgramme(databaseServer, 'bench_create', 1)
    await using lectern = await startLectern(url)
    await using floor = await startFloor('sessions.ts', url)
    const plan = (server: { url: string; process: number }, path: string) => ({
      url: server.url,
      process: server.process,
      connections: 32,
      requests: newSessions().map(session => ({
        method: 'POST',
        path,
        headers,
        body: JSON.stringify(session),
      })),
    })
    return [
      await compare(
        'create session',
        { processorAtMost: 1.2 },
        plan(lectern, '/api/v1/sessions/create'),
        plan(floor, '/sessions'),
      ),
    ]
  },
}
