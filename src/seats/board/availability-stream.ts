import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { ApiError } from '../../errors.ts'
import type { Call } from '../../http/operation.ts'
import type { Availability, AvailabilityBoard } from './availability.ts'

/** What streams need of the program. */
export type StreamParts = {
  availability: AvailabilityBoard
  /** answers that do not end by themselves, with the credentials that they are for */
  openStreams: Map<PassThrough, number>
  config: { STREAM_LIMIT: number; STREAM_HEARTBEAT_SECONDS: number }
}

/**
 * Server-sent events: first the seats left in every session (`event: seats`), then those that changed, and the sessions
 * that were deleted (`event: deleted`). The stream ends when the event is deleted, and when its token is no longer valid:
 * both are looked at before anything is told, and with every sign of life.
 */
export async function streamAvailability(
  { request, reply, parts, caller }: Call<StreamParts>,
  event_id: number,
): Promise<FastifyReply> {
  const { availability: board, openStreams, config } = parts
  const { account_id, actor_id } = caller
  mustHaveRoom(openStreams, actor_id, config.STREAM_LIMIT)
  const stream = new PassThrough()
  openStreams.set(stream, actor_id)
  stream.on('close', () => openStreams.delete(stream))
  let told: Availability['seats'] = {}
  // To a client that does not read nothing is written: when it reads again it is told what has changed since.
  const tell = (availability: Availability) => {
    if (stream.writableNeedDrain) return
    const news = newsOf(told, availability)
    if (news) stream.write(news)
    told = availability.seats
  }
  const refresh = async () => {
    const availability = (await request.isStillAllowed()) ? await board.find(account_id, event_id) : undefined
    if (stream.writableEnded || stream.destroyed) return
    if (availability) tell(availability)
    else stream.end()
  }
  // A database that does not answer is no news: the next change or sign of life asks again.
  const attempt = () => void refresh().catch(error => request.log.warn({ err: error }, 'cannot tell seats'))
  // Listen, then look: a change between the two is told.
  const stop = board.listen(event_id, attempt)
  try {
    const availability = await board.get(account_id, event_id)
    stream.write(message('seats', availability.etag, availability.seats))
    told = availability.seats
  } catch (error) {
    stop()
    stream.destroy()
    throw error
  }
  const beat = setInterval(() => {
    if (!stream.writableNeedDrain) stream.write(': still here\n\n')
    attempt()
  }, config.STREAM_HEARTBEAT_SECONDS * 1000).unref()
  stream.on('drain', attempt)
  stream.on('close', () => {
    stop()
    clearInterval(beat)
  })
  return reply
    .type('text/event-stream')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(stream)
}

function mustHaveRoom(open: Map<PassThrough, number>, actor_id: number, limit: number): void {
  const own = [...open.values()].filter(id => id === actor_id)
  if (own.length >= limit)
    throw new ApiError(
      429,
      'too_many_streams',
      `This credential has ${limit} streams open already: close one.`,
      {
        headers: { 'retry-after': '10' },
      },
    )
}

/** What changed since it was told; empty when nothing did. */
function newsOf(told: Availability['seats'], { seats, etag }: Availability): string {
  const changed = Object.entries(seats).filter(([id, left]) => !(id in told) || told[id] !== left)
  const deleted = Object.keys(told).filter(id => !(id in seats))
  return [
    changed.length > 0 ? message('seats', etag, Object.fromEntries(changed)) : '',
    deleted.length > 0 ? message('deleted', etag, deleted.map(Number)) : '',
  ].join('')
}

const message = (event: string, etag: string, data: unknown) =>
  `event: ${event}\nid: ${etag.slice(1, -1)}\ndata: ${JSON.stringify(data)}\n\n`
