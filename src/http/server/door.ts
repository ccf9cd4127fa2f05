import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.ts'
import type { Query } from '../query.ts'

/** What is seen of a registrant at a door: name, type and seats, no address, notes or answers. */
const seenAtDoor = [
  'id',
  'event_id',
  'first_name',
  'last_name',
  'reg_type_id',
  'registration_status',
  'session_ids',
  'waitlisted_session_ids',
  'checked_in_at',
  'first_check_in',
]

const isOfRegistrants = (request: FastifyRequest) =>
  /^\/api\/v1\/registrants(\/|$)/.test(request.routeOptions.url ?? '')

const isOfSessions = (request: FastifyRequest) =>
  /^\/api\/v1\/sessions(\/|$)/.test(request.routeOptions.url ?? '')

/** Of the speakers of a session a door sees who they are, and nothing else. */
function withoutSpeakers(payload: unknown): unknown {
  if (typeof payload !== 'string' || !payload.includes('"speakers"')) return payload
  const body = JSON.parse(payload)
  for (const session of Array.isArray(body.items) ? body.items : [body])
    if (Array.isArray(session.speakers))
      session.speakers = session.speakers.map(({ id, name, role }: Record<string, unknown>) => ({
        id,
        name,
        role,
      }))
  return JSON.stringify(body)
}

/** Throws 403 when a list of registrants is searched or sorted by what is not seen at a door: it would tell it. */
export function mustAskAtDoor(request: FastifyRequest): void {
  if (!isOfRegistrants(request)) return
  const { search = '', sort = '' } = request.query as Query
  const names = [
    ...search.split('&').map(condition => /^\s*([\w.]*)/.exec(condition)![1]!),
    ...sort.split(',').map(name => name.trim().replace(/^-/, '')),
  ]
  const hidden = names.find(name => name !== '' && !seenAtDoor.includes(name))
  if (hidden !== undefined)
    throw new ApiError(
      403,
      'forbidden',
      `The role check-in does not see ${hidden.slice(0, 100)} of registrants.`,
    )
}

/** An answer about registrants or sessions as it leaves for a door. */
export function maskForDoor(request: FastifyRequest, payload: unknown): unknown {
  if (isOfSessions(request)) return withoutSpeakers(payload)
  if (!isOfRegistrants(request) || typeof payload !== 'string' || !payload.startsWith('{')) return payload
  const body = JSON.parse(payload)
  const mask = (record: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => seenAtDoor.includes(name)))
  return JSON.stringify(Array.isArray(body.items) ? { ...body, items: body.items.map(mask) } : mask(body))
}
