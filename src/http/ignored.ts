import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ApiError, badRequest, type Fault, invalid } from '../errors.ts'
import type { Known } from './known.ts'
import { unknownMembers } from './members.ts'
import { type Query, wordsOf } from './query.ts'

/*
 * What a request names and nothing knows (docs/decisions/022): it is ignored, and the answer says so. A client that asks
 * for `Prefer: handling=strict` (RFC 7240), or whose credential is strict, is refused instead.
 */

/** What of a request is ignored, or what it is refused for. */
export type Ignored = { isStrict: boolean; names: Set<string>; faults: Fault[] }

declare module 'fastify' {
  interface FastifyRequest {
    ignored: Ignored
  }
  interface FastifyContextConfig {
    known?: Known
  }
}

/** Faults that one answer names. */
const mostFaults = 100
export const ignoredHeader = 'lectern-ignored'
const cut = encodeURIComponent('…')

/** Looks for unknown names in every request of this scope; requests must be authenticated before. */
export function nameIgnored(app: FastifyInstance): void {
  app.decorateRequest('ignored', null as unknown as Ignored)
  app.addHook('preHandler', async (request, reply) => {
    const handling = handlingIn(request.headers.prefer)
    const isStrict = request.caller.strict || handling === 'strict'
    if (handling && isStrict === (handling === 'strict'))
      reply.header('preference-applied', `handling=${handling}`)
    request.ignored = { isStrict, names: new Set(), faults: [] }
    const { known } = request.routeOptions.config
    if (known) look(request, known)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const names = request.ignored && headerOf(request.ignored)
    if (names && !reply.hasHeader(ignoredHeader)) reply.header(ignoredHeader, names)
    return payload
  })
}

/** The preference of RFC 7240 §4.4; the first one counts (§2). */
function handlingIn(prefer: string | string[] | undefined): string | undefined {
  const words = [prefer ?? []].flat().join(',').split(',')
  return words.map(word => handlingPattern.exec(word)?.[1]?.toLowerCase()).find(found => found !== undefined)
}

const handlingPattern = /^\s*handling\s*=\s*"?(strict|lenient)"?\s*(?:;|$)/i

/** Throws 400 for a strict request with unknown names in its query; those of its body wait for its other faults. */
function look({ ignored, query, body }: FastifyRequest, known: Known): void {
  ignoringInQuery(ignored, [...strangersIn(query as Query, known)])
  // As older clients do, switches may stand in the body.
  const members = unknownMembers(body, known.body, known.readOnly, mostFaults).filter(
    name => !known.query.has(name),
  )
  ignored.faults.push(...ignoring(ignored, members))
}

/** Notes names in a query as ignored. Throws 400 for a strict request. */
function ignoringInQuery(ignored: Ignored, strangers: { name: string; message: string }[]): void {
  if (ignored.isStrict && strangers.length > 0)
    throw badRequest('unknown_parameter', strangers.map(({ message }) => message).join(' '))
  for (const { name } of strangers) ignored.names.add(name)
}

/** The same for words of `fields` that only definitions tell from others: custom values. */
export const ignoringFields = (ignored: Ignored, words: string[]): void =>
  ignoringInQuery(
    ignored,
    words.map(word => strangerIn('fields', word)),
  )

const strangerIn = (parameter: string, word: string) => ({
  name: word,
  message: `${parameter}: there is no "${word.slice(0, 100)}".`,
})

function* strangersIn(query: Query, { query: parameters, words }: Known) {
  for (const name of Object.keys(query))
    if (!parameters.has(name)) yield { name, message: `There is no query parameter "${name.slice(0, 100)}".` }
  // What is expanded is a field of the answer as well.
  const expanded = wordsOf(query.expand).filter(word => words.expand?.(word))
  for (const parameter of ['fields', 'expand'] as const)
    for (const word of words[parameter] ? wordsOf(query[parameter]) : [])
      if (!words[parameter]!(word) && !expanded.includes(word)) yield strangerIn(parameter, word)
}

/** Notes names as ignored; for a strict request they are faults instead. */
export function ignoring(ignored: Ignored | undefined, names: string[]): Fault[] {
  if (ignored?.isStrict)
    return names.map(field => ({
      field,
      type: 'unknown',
      message: `There is no member "${field.slice(0, 100)}".`,
    }))
  for (const name of names) ignored?.names.add(name)
  return []
}

/** Whether a request must not be carried out, because it is strict and has unknown members. */
export const isRefused = ({ ignored }: FastifyRequest) => ignored?.faults.length > 0

/** Throws 422 for the unknown members of a strict request. */
export function mustKnowAll({ ignored }: FastifyRequest): void {
  if (ignored?.faults.length > 0) throw invalid(ignored.faults)
}

/** A refusal of fields together with the unknown members of a strict request: everything is said at once. */
export function withUnknown(error: ApiError | undefined, { ignored }: FastifyRequest): ApiError | undefined {
  const isAboutFields = error?.status === 422 && ignored?.faults.length > 0
  return isAboutFields ? invalid([...new Set([...ignored.faults, ...error.faults])]) : error
}

/** The ignored names as a header: at most 20, and 1 kB; undefined when nothing is ignored. */
export function headerOf({ names }: Ignored): string | undefined {
  const kept: string[] = []
  let length = 0
  for (const name of names) {
    const encoded = encodeURIComponent(name.slice(0, 300).toWellFormed())
    length += encoded.length + 2
    if (kept.length === 20 || length > 1000) {
      kept.push(cut)
      break
    }
    kept.push(encoded)
  }
  return kept.length > 0 ? kept.join(', ') : undefined
}
