import { makeProgramme, newSessions, type Programme, sessionIds } from '../data.ts'
import type { Scenario } from '../harness.ts'
import type { Request } from '../load.ts'
import { startLectern } from '../servers.ts'

/** What is asked of both databases; ids are taken from all that is stored. */
const calls: Record<string, (programme: Programme) => Omit<Request, 'headers'>[]> = {
  'create session': () =>
    newSessions().map(session => ({
      method: 'POST',
      path: '/api/v1/sessions/create',
      body: JSON.stringify(session),
    })),
  'get session': programme =>
    sessionIds(programme).map(id => ({ method: 'GET', path: `/api/v1/sessions/${id}` })),
  'list 200 sessions': ({ events }) =>
    Array.from({ length: events }, (_, index) => ({
      method: 'GET',
      path: `/api/v1/sessions?event_id=${index + 1}&fields=*&per-page=200`,
    })),
}

export const growth: Scenario = {
  name: 'growth',
  about:
    'The same calls with a million stored sessions (of a thousand events) and with a thousand (of one), the rate limit switched off; the ratio is how many times as much a call costs.',
  sides: ['1,000,000', '1,000'],
  run: async ({ databaseServer, compare }) => {
    const large = await makeProgramme(databaseServer, 'bench_large', 1000)
    const small = await makeProgramme(databaseServer, 'bench_small', 1)
    await using ofLarge = await startLectern(large.url, { RATE_LIMIT_CREDITS: '0' })
    await using ofSmall = await startLectern(small.url, { RATE_LIMIT_CREDITS: '0' })
    const comparisons = []
    // Reads first: creating leaves more than a thousand sessions in the small one.
    for (const what of ['get session', 'list 200 sessions', 'create session']) {
      const plan = (server: { url: string }, programme: Programme) => ({
        url: server.url,
        connections: 32,
        requests: calls[what]!(programme).map(request => ({ ...request, headers: programme.headers })),
      })
      comparisons.push(await compare(what, { costAtMost: 1.2 }, plan(ofLarge, large), plan(ofSmall, small)))
    }
    return comparisons
  },
}
