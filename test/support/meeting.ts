import type { Db, Pool } from '../../src/db/connection.ts'
import { atOnce } from './races.ts'

type Work = (db: Db) => Promise<unknown>

/**
 * Two views of a pool, for two who open transactions by themselves. The first transaction of the one and the first of the
 * other are carried out at the same moment (`atOnce`); all others as usual.
 */
export function meetingPools(pool: Pool): [Pool, Pool] {
  const [first, second] = [Promise.withResolvers<Work>(), Promise.withResolvers<Work>()]
  const outcomes = Promise.all([first.promise, second.promise]).then(([one, two]) => atOnce(pool, one, two))
  const view = (place: 0 | 1, come: (work: Work) => void) => {
    let hasMet = false
    const meet = async (work: Work) => {
      hasMet = true
      come(work)
      const outcome = (await outcomes)[place]
      if (outcome instanceof Error) throw outcome
      return outcome
    }
    return new Proxy(pool, {
      get: (target, name) => (name === 'begin' && !hasMet ? meet : Reflect.get(target, name)),
    })
  }
  return [view(0, first.resolve), view(1, second.resolve)]
}
