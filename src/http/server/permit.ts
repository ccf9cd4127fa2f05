import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, invalid, notFound } from '../../errors.ts'
import { type Query, readId } from '../query.ts'
import type { Body } from '../values/draft.ts'
import { Id, readValue } from '../values/values.ts'
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
  if (foreign !== undefined)
    throw plural === 'events'
      ? notFound('Event', foreign)
      : new ApiError(404, 'not_found', 'This does not exist.')
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

/**
 * The events that a request is about. Throws 403 for what belongs to no event, whatever events it names besides; 404 for an
 * object of the path that does not exist, or not any more.
 */
async function eventsOf(request: FastifyRequest, findEvents: FindEvents): Promise<Events> {
  const { account_id } = request.caller
  const params = request.params as Record<string, string>
  const { body, query } = request as { body: Body | null; query: Query }
  const find = async (kind: string, given: unknown[]) => {
    if (kind === 'events') return idsIn(given)
    const ids = idsIn(given)
    return ids.length > 0 ? ((await findEvents(account_id, kind, ids)) ?? []) : []
  }
  const { kind, id } = subjectOf(request)
  if (!isOfEvents(kind) && (await findEvents(account_id, kind, [])) === undefined) throw accountWide()
  const inPath = [...idsIn([query.event_id]), ...(await find('registrants', [query.registrant_id]))]
  for (const [of, given] of [
    [kind, id],
    ['sessions', params.session_id],
  ] as const) {
    if (given === undefined) continue
    const found = await find(of, [given])
    if (found.length === 0) throw new ApiError(404, 'not_found', 'This does not exist.')
    inPath.push(...found)
  }
  inPath.push(...(await find('sessions', [query.session_id, query.submission_id])))
  const said = request.method === 'GET' ? [] : objectsIn(body)
  const inBody = idsIn(said.flatMap(each => [each.event_id, each.event_ids]))
  for (const [names, of] of references)
    inBody.push(
      ...(await find(
        of,
        said.flatMap(each => names.map(name => each[name])),
      )),
    )
  // What a body calls its id is of the kind of the path: submissions that are decided, a registrant who is checked in.
  const isSchedule = kind === 'events'
  if (id === undefined || isSchedule)
    inBody.push(
      ...(await find(isSchedule ? 'sessions' : kind, request.method === 'GET' ? [] : subjectsIn(body))),
    )
  return { inPath, inBody }
}

/** What a path is about: the first part of the paths of its kind, and the id, when it has one. */
function subjectOf(request: FastifyRequest): { kind: string; id: string | undefined } {
  const [plural = '', second = '', third = ''] = pathOf(request)
  const { id, type } = request.params as Record<string, string>
  // Fields of forms are those of the account, and a clone is another event.
  if (/^fields?$/.test(second) || third === 'clone' || (plural === 'events' && id === undefined))
    return { kind: 'account', id }
  if (plural === 'scans') return { kind: second === 'registrant' ? 'registrants' : 'scans', id }
  if (plural === 'image') return { kind: `${type}s`, id }
  return { kind: plural, id }
}

/** What has no rows of its own that are named in paths, and belongs to the event that the request names. */
const isOfEvents = (kind: string) => ['events', 'scans', 'changes', 'schedule-notices'].includes(kind)

/** Members of a body that name objects, and the first part of their paths. */
const references: [names: string[], plural: string][] = [
  [['session_id', 'session_ids', 'waitlist_ids', 'drop'], 'sessions'],
  [['submission_id', 'submission_ids'], 'cfs-submissions'],
  [['registrant_id', 'registrant_ids'], 'registrants'],
  [['speaker_id', 'speaker_ids'], 'speakers'],
  [['reviewer_id'], 'cfs-contacts'],
]

/** Ids, read as generously as operations read them: alone, in lists, in `{"id": …}`, and in texts with commas. */
function idsIn(given: unknown[]): number[] {
  return given.flat(2).flatMap(value => {
    const parts = typeof value === 'string' ? value.split(',') : [value]
    return parts.flatMap(part => {
      const reading = readValue(anId, part)
      return 'value' in reading ? [reading.value as number] : []
    })
  })
}

const anId = Id()

/** Ids of what a body is about: its own, and those of the items of its lists. A choice is an item with an id and perhaps a value. */
function subjectsIn(body: Body | null): unknown[] {
  const items = Object.values(body ?? {}).flatMap(value => (Array.isArray(value) ? value : []))
  const isSubject = (item: unknown): item is Body =>
    typeof item === 'object' &&
    item !== null &&
    Object.keys(item).some(name => name !== 'id' && name !== 'value')
  return [body?.id, ...items.filter(isSubject).map(({ id }) => id)]
}

/** A body, and every object in it. */
function objectsIn(value: unknown): Body[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return []
  return [value as Body, ...Object.values(value).flatMap(objectsIn)]
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
