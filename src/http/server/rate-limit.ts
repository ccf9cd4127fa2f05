import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Db } from '../../db/connection.ts'
import { ApiError } from '../../errors.ts'

/** Length of a window, in seconds. */
const windowSeconds = 600
const listCredits = 10

declare module 'fastify' {
  interface FastifyContextConfig {
    /** a list: costs 10 credits instead of 1 */
    isList?: boolean
  }
}

type Purse = { start: number; left: number; usedByAll: number; drawing: Promise<void> | undefined }

/**
 * Counts credits per credential over windows of 10 minutes, for all processes together. A process draws credits from the
 * database in blocks of a hundredth of the limit and spends them in memory, so that most requests cost no statement;
 * `Remaining` is what this process knows since it last drew: other processes may have drawn meanwhile.
 */
export function limitRate(app: FastifyInstance, db: Db, limit: number, clock: () => Date): void {
  if (limit === 0) return
  const purses = new Map<number, Purse>()
  const block = Math.max(listCredits, Math.floor(limit / 100))

  app.addHook('onRequest', async (request, reply) => {
    const now = Math.floor(clock().getTime() / 1000)
    const purse = currentPurse(purses, request.caller.actor_id, now)
    const price = priceOf(request)
    while (purse.left < price && purse.usedByAll < limit) {
      purse.drawing ??= draw(db, request.caller.actor_id, purse, block, limit)
      await purse.drawing
    }
    const spent = purse.left >= price
    if (spent) purse.left -= price
    const reset = purse.start + windowSeconds - now
    reply.headers({
      'x-rate-limit-limit': limit,
      'x-rate-limit-remaining': purse.left + Math.max(0, limit - purse.usedByAll),
      'x-rate-limit-reset': reset,
    })
    if (!spent) throw tooManyRequests(limit, reset)
  })
}

function currentPurse(purses: Map<number, Purse>, actor_id: number, now: number): Purse {
  const start = now - (now % windowSeconds)
  const known = purses.get(actor_id)
  if (known?.start === start) return known
  const purse: Purse = { start, left: 0, usedByAll: 0, drawing: undefined }
  purses.set(actor_id, purse)
  return purse
}

async function draw(db: Db, actor_id: number, purse: Purse, block: number, limit: number): Promise<void> {
  const start = new Date(purse.start * 1000)
  try {
    const [row] = await db<{ used: number }[]>`
      insert into rate_windows as w (actor_id, window_start, used) values (${actor_id}, ${start}, ${block})
      on conflict (actor_id) do update set window_start = excluded.window_start,
        used = excluded.used + case when w.window_start = excluded.window_start then w.used else 0 end
      returning used`
    const before = row!.used - block
    purse.left += Math.max(0, Math.min(block, limit - before))
    purse.usedByAll = row!.used
  } finally {
    purse.drawing = undefined
  }
}

function priceOf(request: FastifyRequest): number {
  return request.routeOptions.config.isList ? listCredits : 1
}

function tooManyRequests(limit: number, reset: number): ApiError {
  return new ApiError(
    429,
    'rate_limited',
    `The limit of ${limit} credits in 10 minutes is used up. It starts anew in ${reset} seconds.`,
    {
      headers: { 'retry-after': String(reset) },
    },
  )
}
