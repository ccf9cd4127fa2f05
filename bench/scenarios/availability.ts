import type { Scenario } from '../harness.ts'
import type { Plan } from '../load.ts'
import { startLectern } from '../servers.ts'
import { claims, makeSignUp } from '../sign-up.ts'

export const availability: Scenario = {
  name: 'availability',
  about:
    'A thousand clients poll the seats left in an event of 200 sessions while 64 callers claim seats in it, against the same without the others: polling once a second, what that costs the claims; polling as fast as they can, what the claims cost the polls.',
  sides: ['together', 'by itself'],
  run: async ({ databaseServer, compare }) => {
    const people = 150_000
    const event = { sessions: 200, capacity: 1_000_000, registrants: people, selections: 0 }
    const stored = await makeSignUp(databaseServer, 'bench_availability', event)
    await using lectern = await startLectern(stored.url)
    const claim = (session: number): Plan => ({
      url: lectern.url,
      connections: 64,
      requests: claims(stored, people, { from: session, to: session }),
    })
    const poll = (pause?: number): Plan => ({
      url: lectern.url,
      connections: 1000,
      requests: [{ method: 'GET', path: '/api/v1/events/1/availability', headers: stored.headers }],
      ...(pause && { pause }),
    })
    return [
      await compare('claims', {}, { ...claim(1), meanwhile: poll(1000) }, claim(2)),
      await compare('polls', {}, { ...poll(), meanwhile: claim(3) }, poll()),
    ]
  },
}
