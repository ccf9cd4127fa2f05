import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, invalid, notFound } from '../../errors.ts'
import { type Query, readId } from '../query.ts'
import type { Body } from '../values/draft.ts'
import { unwrapChoice } from '../values/values.ts'
import { maskForDoor, mustAskAtDoor } from './door.ts'
import type { Role } from './roles.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** the roles that may call the operation */
    roles?: readonly Role[]
  }
}

/** The events of objects, by the first part of their path; undefined for what is not known. */
type FindEvents = (account_id: number, plural: string, ids: number[]) => Promise<number[] | undefined>

/**
 * Lets users do what their role allows, in the events that they reach: 403 for another operation, and 404 for another event,
 * which does not exist for them. Who is limited to events is refused wherever no event is named. Programs are bound by their
 * scopes.
 */
export function permit(app: FastifyInstance, findEvents: FindEvents): void {
  app.addHook('preHandler', async request => {
    const { user } = request.caller
    if (!user) return
    const { roles = ['owner'] } = request.routeOptions.config
    if (!roles.includes(user.role)) throw forbidden(user.role, roles)
    if (user.role === 'check-in') mustAskAtDoor(request)
    if (user.event_ids === null) return
    await mustReach(request, user.event_ids, findEvents)
  })
  app.addHook('onSend', async (request, reply, payload) =>
    request.caller?.user?.role === 'check-in' && reply.statusCode < 300
      ? maskForDoor(request, payload)
      : payload,
  )
}

async function mustReach(request: FastifyRequest, reached: number[], findEvents: FindEvents): Promise<void> {
  const [plural = '', second = ''] = pathOf(request)
  if (plural === 'me' || plural === 'sign-out') return
  if (/^fields?$/.test(second) && request.method === 'GET') return
  if (plural === 'events' && second === '' && request.method === 'GET') return limitList(request, reached)
  const { inPath, inBody } = await eventsOf(request, findEvents)
  if (inPath.length + inBody.length === 0) throw accountWide()
  const isForeign = (id: number) => !reached.includes(id)
  const foreign = inPath.find(isForeign)
  if (foreign !== undefined) throw notFound('Event', foreign)
  if (inBody.some(isForeign))
    throw invalid([{ field: 'event_id', type: 'not_found', message: 'Event does not exist.' }])
}

/** The parts of the path as it was declared, below the base path. */
const pathOf = (request: FastifyRequest) =>
  (request.routeOptions.url ?? '').replace('/api/v1/', '').split('/')

/** A list of events has those that are reached. */
function limitList(request: FastifyRequest, reached: number[]): void {
  const query = request.query as Query
  const asked = (query.ids ?? '').split(',').flatMap(id => readId(id) ?? [])
  const ids = asked.length > 0 ? asked.filter(id => reached.includes(id)) : reached
  query.ids = ids.length > 0 ? ids.join(',') : '9007199254740991'
}

type Events = { inPath: number[]; inBody: number[] }

/** The events that a request is about; none when it names none, or is about the whole account. */
async function eventsOf(request: FastifyRequest, findEvents: FindEvents): Promise<Events> {
  const { account_id } = request.caller
  const parts = pathOf(request)
  const [plural = '', second = ''] = parts
  const params = request.params as Record<string, string>
  const { body, query } = request as { body: Body | null; query: Query }
  const none = { inPath: [], inBody: [] }
  if (plural === 'events')
    return second === ':id' && parts[2] !== 'clone' ? { inPath: [readId(params.id) ?? 0], inBody: [] } : none
  if (/^fields?$/.test(second)) return none
  const direct = (id: unknown) => readId(String(unwrapChoice(id) ?? '')) ?? []
  const found = async (of: string, ids: unknown[]) => {
    const read = ids.flatMap(id => readId(String(unwrapChoice(id) ?? '')) ?? [])
    return read.length > 0 ? ((await findEvents(account_id, of, read)) ?? []) : []
  }
  const of = plural === 'scans' ? (second === 'registrant' ? 'registrants' : '') : plural
  const said = request.method === 'GET' ? [] : bodiesIn(body)
  const inBody = [said.flatMap(each => direct(each.event_id))]
  for (const [names, kind] of references)
    inBody.push(
      await found(
        kind,
        said.flatMap(each => names.flatMap(name => [each[name]].flat())),
      ),
    )
  // What a body calls its id is of the kind of the path: submissions that are decided, a registrant who is checked in.
  inBody.push(await found(of, params.id === undefined ? said.map(each => each.id) : []))
  return {
    inPath: [
      ...[direct(query.event_id)].flat(),
      ...(await found(of, [params.id])),
      ...(await found('sessions', [params.session_id, query.session_id, query.submission_id])),
      ...(await found('registrants', [query.registrant_id])),
    ],
    inBody: inBody.flat(),
  }
}

/** Members of a body that name objects, and the first part of their paths. */
const references: [names: string[], plural: string][] = [
  [['session_id', 'session_ids', 'waitlist_ids', 'drop'], 'sessions'],
  [['submission_id', 'submission_ids'], 'cfs-submissions'],
  [['registrant_id', 'registrant_ids'], 'registrants'],
  [['speaker_id', 'speaker_ids'], 'speakers'],
  [['reviewer_id'], 'cfs-contacts'],
]

/** A body, and the objects of its lists. */
function bodiesIn(body: Body | null): Body[] {
  const lists = Object.values(body ?? {})
    .filter(Array.isArray)
    .flat()
  return [body ?? {}, ...lists.filter(item => item !== null && typeof item === 'object')]
}

const forbidden = (role: Role, roles: readonly Role[]) =>
  new ApiError(
    403,
    'forbidden',
    `This is for users who are ${roles.join(', ')}; you are ${role}. An owner can change that.`,
  )

const accountWide = () =>
  new ApiError(
    403,
    'forbidden',
    'This concerns the whole account, or names no event: it is for users of all events.',
  )
