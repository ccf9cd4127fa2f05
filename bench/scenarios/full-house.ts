import type { Comparison, Scenario } from '../harness.ts'
import { startLectern } from '../servers.ts'
import { claims, makeSignUp } from '../sign-up.ts'

/** Who claim; more than a run gets to. */
const people = 30_000
const stored = [1_000_000, 10_000]

export const fullHouse: Scenario = {
  name: 'full-house',
  about:
    'A claim in an event of fifty sessions that holds that many selections already, and in one that holds a hundred when it begins; the ratio is how many times as much a claim costs. By one caller: with more, the small one would soon be large.',
  sides: ['large', '100'],
  run: async ({ databaseServer, compare }) => {
    const event = (name: string, selections: number) =>
      makeSignUp(databaseServer, name, {
        sessions: 50,
        capacity: 1_000_000,
        registrants: people,
        selections,
      })
    const comparisons: Comparison[] = []
    for (const selections of stored) {
      const small = await event(`bench_small_${selections}`, 100)
      const large = await event(`bench_house_${selections}`, selections)
      await using ofSmall = await startLectern(small.url)
      await using ofLarge = await startLectern(large.url)
      const plan = (server: { url: string }, house: typeof small) => ({
        url: server.url,
        connections: 1,
        requests: claims(house, people, { from: 1, to: 50 }),
      })
      const what = `${selections.toLocaleString('en')} selections stored`
      comparisons.push(await compare(what, { costAtMost: 1.2 }, plan(ofLarge, large), plan(ofSmall, small)))
    }
    return comparisons
  },
}
