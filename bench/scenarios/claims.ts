import type { Comparison, Scenario } from '../harness.ts'
import { startFloor, startLectern } from '../servers.ts'
import { claims, makeSignUp } from '../sign-up.ts'

const crowd = { sessions: 103, capacity: 1_000_000, registrants: 260_000, selections: 0 }
/** Sessions are different ones each time, so that everybody can claim once more. */
const crowds = [
  { callers: 64, from: 1, to: 1, target: { rateAtLeast: 3 } },
  { callers: 500, from: 2, to: 2, target: { rateAtLeast: 10 } },
  { callers: 64, from: 3, to: 52, target: {} },
  { callers: 500, from: 53, to: 102, target: { rateAtLeast: 5 } },
  { callers: 500, from: 103, to: 103, keyed: true, target: {} },
]

export const hot: Scenario = {
  name: 'claims',
  about:
    'Seats granted through HTTP, nobody twice, while that many callers wait. The obvious way (floor/claims.ts) is the same server with the same pool, but with a transaction for each claim: it locks the row of the session, checks, inserts, counts. It knows no conflicts, no line and no change log. With a key: each claim has an Idempotency-Key, which is remembered in the same transaction.',
  sides: ['lectern', 'obvious'],
  run: async ({ databaseServer, compare }) => {
    const ours = await makeSignUp(databaseServer, 'bench_claims', crowd)
    const theirs = await makeSignUp(databaseServer, 'bench_obvious', crowd)
    await using lectern = await startLectern(ours.url)
    await using obvious = await startFloor('claims.ts', theirs.url)
    const comparisons: Comparison[] = []
    for (const { callers, target, ...where } of crowds) {
      const plan = (server: { url: string }, stored: typeof ours) => ({
        url: server.url,
        connections: callers,
        requests: claims(stored, crowd.registrants, where),
      })
      const what = `${callers} callers, ${where.from === where.to ? 'one session' : 'fifty sessions'}${where.keyed ? ', a key each' : ''}`
      comparisons.push(await compare(what, target, plan(lectern, ours), plan(obvious, theirs)))
    }
    return comparisons
  },
}

export const alone: Scenario = {
  name: 'alone',
  about:
    'One caller who claims a seat after the other on an idle server; the ratio is that of the 99th percentiles of each round.',
  sides: ['lectern', 'obvious'],
  run: async ({ databaseServer, compare }) => {
    const few = { ...crowd, registrants: 50_000 }
    const ours = await makeSignUp(databaseServer, 'bench_alone', few)
    const theirs = await makeSignUp(databaseServer, 'bench_alone_obvious', few)
    await using lectern = await startLectern(ours.url)
    await using obvious = await startFloor('claims.ts', theirs.url)
    const plan = (server: { url: string }, stored: typeof ours) => ({
      url: server.url,
      connections: 1,
      requests: claims(stored, few.registrants, { from: 1, to: 50 }),
    })
    return [await compare('p99 of one claim', { p99AtMost: 1.5 }, plan(lectern, ours), plan(obvious, theirs))]
  },
}
