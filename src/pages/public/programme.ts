import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Pool } from '../../db/connection.ts'
import { badRequest, notFound } from '../../errors.ts'
import { baseUrlOf } from '../../http/links.ts'
import { isAsked, type Query, readId, wordsOf } from '../../http/query.ts'
import { isKnown } from '../../http/server/etag.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import {
  type Choice,
  choices,
  findEventOf,
  findPublicState,
  narrow,
  type PublicProgramme,
  readPublicProgramme,
} from '../../programme/export/programme.ts'
import { scheduleJson } from '../../programme/export/schedule-json.ts'
import { scheduleXml } from '../../programme/export/schedule-xml.ts'
import { sessionizeViews } from '../../programme/export/sessionize.ts'
import { csvType, sessionsCsv, sessionsXlsx, workbookType } from '../../programme/export/tables.ts'
import { programmeCalendar } from './calendar.ts'

type Exchange = { request: FastifyRequest; reply: FastifyReply }
type Format = { type: string; write: (programme: PublicProgramme, baseUrl: string) => string | Buffer }

const asJson = 'application/json; charset=utf-8'

/** Files of the programme of an event, by the ends of their paths. */
const formats: Record<string, Format> = {
  'schedule.json': { type: asJson, write: scheduleJson },
  'schedule.xml': { type: 'application/xml; charset=utf-8', write: scheduleXml },
  'sessions.csv': { type: csvType, write: sessionsCsv },
  'sessions.xlsx': { type: workbookType, write: sessionsXlsx },
}

/** A file that was written: it is right as long as nothing is written about its event. */
type Written = { state: string; bytes: Buffer; etag: string; changed: Date }

/** Most bytes of files that are kept. */
const mostKept = 64 * 1024 * 1024

/**
 * Serves the programme of an event that is live or closed, to everybody and in every format, without a token: an Authorization
 * header is not looked at. What did not change is 304, and costs one look at the change log.
 */
export function programmeFiles(
  app: FastifyInstance,
  { readers, config }: { readers: Pool; config: { PUBLIC_URL: string | null } },
): void {
  const kept = new LRUCache<string, Written>({
    maxSize: mostKept,
    sizeCalculation: ({ bytes }) => bytes.length + 1000,
  })

  const fileOf = async (
    id: number,
    name: string,
    { write }: Format,
    baseUrl: string,
  ): Promise<Written | undefined> => {
    const state = await findPublicState(readers, id)
    if (state === undefined) return undefined
    const key = `${id} ${name} ${baseUrl}`
    const known = kept.get(key)
    if (known?.state === state.last) return known
    const programme = await readPublicProgramme(readers, id)
    if (!programme) return undefined
    const bytes = Buffer.from(write(programme, baseUrl))
    const etag = `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`
    const written = { state: state.last, bytes, etag, changed: instantOf(programme.event.changed_at) }
    // A transaction that began earlier, and ends later, would not show as another last record.
    if (state.isSettled) kept.set(key, written)
    return written
  }

  /** Answers with a file about an event; `noun` and `id` are what a 404 says does not exist. */
  const answerOf = async (
    { request, reply }: Exchange,
    event_id: number | undefined,
    [noun, id]: [noun: string, id: string],
    name: string,
    format: Format,
  ) => {
    const file = event_id && (await fileOf(event_id, name, format, baseUrlOf(request, config)))
    if (!file) throw notFound(noun, id.slice(0, 100))
    return sendFile(request, reply.type(format.type), file)
  }

  const answer = (exchange: Exchange, name: string, format: Format) => {
    const { id } = exchange.request.params as { id: string }
    return answerOf(exchange, readId(id), ['Event', id], name, format)
  }

  for (const [name, format] of Object.entries(formats))
    app.get(`/public/events/:id/${name}`, (request, reply) => answer({ request, reply }, name, format))

  app.get('/public/events/:id/schedule.ics', (request, reply) => {
    const wanted = readChoice(request.query as Query)
    return answer({ request, reply }, `ics ${JSON.stringify(wanted)}`, calendarOf(wanted))
  })

  for (const [plural, kind] of calendars)
    app.get(`/public/${plural}/:file`, async (request, reply) => {
      const { file = '' } = request.params as Record<string, string>
      const id = readId(/^(.*)\.ics$/.exec(file)?.[1])
      const event_id = id ? await findEventOf(readers, plural, id) : undefined
      const noun = `${kind[0]!.toUpperCase()}${kind.slice(1)}`
      const wanted = { [kind]: [id] }
      const name = `ics ${JSON.stringify(wanted)}`
      return answerOf({ request, reply }, event_id, [noun, file], name, calendarOf(wanted))
    })

  app.get('/public/sessionize/:id/view/:view', async (request, reply) => {
    const { view } = request.params as { view: string }
    const name = view.toLowerCase()
    const write = Object.hasOwn(sessionizeViews, name) ? sessionizeViews[name] : undefined
    if (!write) throw notFound('View', view.slice(0, 100))
    const clock = isAsked({ query: request.query as Query, body: {} }, 'utc') ? 'utc' : 'local'
    return answer({ request, reply }, `${name} ${clock}`, {
      type: asJson,
      write: programme => JSON.stringify(write(programme, clock)),
    })
  })
}

/** What has a calendar of its own, and what a calendar of an event is narrowed by. */
const calendars = [
  ['sessions', 'session'],
  ['speakers', 'speaker'],
  ['locations', 'location'],
] as const

const calendarOf = (wanted: Choice): Format => ({
  type: 'text/calendar; charset=utf-8',
  write: (programme, baseUrl) => programmeCalendar(narrow(programme, wanted), baseUrl),
})

/** `?track=1,2&location=3&session=4`: ids, one or several. Throws 400 for what is none. */
function readChoice(query: Query): Choice {
  const given = choices.flatMap(name => {
    const words = wordsOf(query[name])
    if (words.length === 0) return []
    const ids = words.map(word => readId(word))
    if (ids.includes(undefined))
      throw badRequest('bad_parameter', `${name} must be ids, such as ${name}=1,2.`)
    return [[name, ids]]
  })
  return Object.fromEntries(given)
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag, changed }: Written,
): FastifyReply {
  reply.headers({
    etag,
    'last-modified': changed.toUTCString(),
    'cache-control': 'public, max-age=300',
    'cross-origin-resource-policy': 'cross-origin',
  })
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  const isSame = tags === undefined ? isSince(since, changed) : isKnown(tags, etag)
  return isSame ? reply.code(304).send() : reply.send(bytes)
}

/** RFC 9110 §13.1.3: whole seconds, and looked at only without If-None-Match. */
const isSince = (since: string | undefined, changed: Date) =>
  since !== undefined && Math.floor(changed.getTime() / 1000) * 1000 <= Date.parse(since)
