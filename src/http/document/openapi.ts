import type { TProperties, TSchema } from 'typebox'
import type { Operation } from '../operation.ts'
import { answerHeaders } from './answer-headers.ts'
import { type Document, shareComponents } from './components.ts'
import { describeOperation, type Refer } from './described.ts'
import type { Schema } from './example.ts'
import { failureSchemas } from './failure-schemas.ts'
import { failureResponses } from './failures.ts'
import { publicFormats } from './formats.ts'

const about = `The HTTP API of Lectern, a server for the sessions of events.

Every path also answers with \`.json\` appended. Failures come as RFC 9457 problem details to those who send
\`Accept: application/problem+json\`.

**Bodies.** Every write takes JSON, forms and multipart forms; values may be strings. What is unknown is ignored and named in
\`Lectern-Ignored\`. With \`Prefer: handling=strict\` (RFC 7240) it is refused: 422 in a body, 400 in a query. The switches
\`send_email\` and \`override_capacity_errors\` are understood in the body as well.

**Writes.** With \`validate_only=true\` everything is checked, nothing is kept, and the answer is 200 with what would be returned; an id
that is new in it is given to no object. Every POST takes an \`Idempotency-Key\` of up to 255 printable characters: the same key and
body within 24 hours get the first answer again. Every single record has an \`ETag\`; updates and deletions honour \`If-Match\`, and are
412 when the record has changed since.

**Lists.** \`fields\`, \`expand\`, \`ids\` and \`sort\` take words joined by commas. A list returns 20 items unless told otherwise, with a few
members such as \`id\` and \`name\`; \`fields=*\` returns everything. \`per-page\` is at most 1000, and at most 200 with \`expand\`. Items that
take more than 16 MB are 400 \`page_too_large\`, and the message says how many fit.

**Search.** \`search\` has conditions joined by \`&\`, percent-encoded as one value: \`name=*contains*summit&date>=2026-01-01\`. Operators:
\`=\`, \`!=\`, \`>\`, \`<\`, \`>=\`, \`<=\`, \`=*contains*\`, \`=*beginswith*\`, \`=*endswith*\`, \`=*in*a|b|c\`, and \`!=*…*\`; nothing after \`=\` finds what
is not set. At most 100 conditions, and 1000 values of \`*in*\`. Escapes inside a value are decoded after the split at \`&\` and \`|\`:
\`name%3D*contains*Q%2526A\` finds \`Q&A\`. A value that the attribute cannot have is 400: a word or a choice that does not exist (any
more), a date that is in no calendar.`

const tags: Record<string, string> = {
  Authentication: 'OAuth 2.0 client credentials: a key and a secret become a token that lives 30 minutes.',
  Events:
    'What attendees come to. Everything else belongs to one, apart from the fields of sessions and speakers.',
  Conflicts: 'What is wrong with a programme: rooms and speakers twice, people who cannot be in two places.',
  Contacts: 'The people of an account, one for each address, with their registrations.',
  Images: 'Pictures of speakers, registrants, contacts, sponsors, events and sessions.',
  Users: 'People of the organiser who sign in, and what they may do.',
  Schedule:
    'A programme that is rearranged with registrants in it: rehearsed, applied together, told, and taken back.',
  Tracks: 'Themes of a programme.',
  Locations: 'Rooms and other places.',
  'Session fields': 'Fields that an account adds to its sessions.',
  Speakers: 'People who appear in the programme of an event, and the sessions in which they do.',
  'Speaker fields': 'Fields that an account adds to its speakers.',
  Fees: 'What sessions cost, as it is shown: nothing is charged.',
  Sponsors: 'Those who support an event.',
  'Sponsor fields': 'Fields that an account adds to its sponsors.',
  Sessions: 'The talks, workshops and breakouts of an event.',
  Submissions:
    'What came by the call for speakers of an event: sessions, on their way into the programme or not.',
  'Submitters and reviewers':
    'Those who submit to the call for speakers of an event, and those who review it.',
  Reviews: 'What reviewers think of submissions.',
  'Registrant types': 'Kinds of registrants, each with a capacity of its own.',
  'Registrant groups': 'Registrants who come together.',
  'Event questions': 'What the registrants of an event are asked.',
  Registrants: 'The people of an event.',
  Seats: 'Who has a seat in which session, and who is on its waitlist.',
  Attendance: 'Who came to which session: scans, and what other systems report.',
  'E-mail': 'E-mails to registrants and submitters: what is sent, and what became of it.',
  'Not sold here': 'Lists of the hosted API that are always empty: Lectern handles no money.',
  Changes: 'Every change, in the order of commits.',
  Server: 'The state of the server, and how it describes itself.',
}

/** Operations below one path. */
export type OperationList = { prefix: string; operations: Operation<never>[] }

/** The document as it is sent: what occurs twice is named once. */
export const documentOf = (...given: Parameters<typeof fullDocumentOf>): Document =>
  shareComponents(fullDocumentOf(...given))

/**
 * The OpenAPI 3.1 document of operations, with everything in its place. `details`: what entries of a 422 may say besides
 * field, message and type. Throws when two schemas have the same name.
 */
export function fullDocumentOf(lists: OperationList[], details: TProperties, version: string): Document {
  const { schemas, refer } = components()
  for (const schema of Object.values(failureSchemas(details))) refer(schema)
  const paths: NonNullable<Document['paths']> = {}
  for (const { prefix, operations } of lists)
    for (const operation of operations)
      for (const { path, method, described } of describeOperation(
        operation as Operation,
        prefix,
        refer,
        schemas,
      )) {
        paths[path] ??= {}
        paths[path][method] = described
      }
  const document = {
    openapi: '3.1.0',
    info: { title: 'Lectern', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'From POST /api/v1/oauth2/token; valid for 30 minutes.',
        },
        oauth2: {
          type: 'oauth2',
          description: 'The same token, for clients that fetch it themselves.',
          flows: {
            clientCredentials: {
              tokenUrl: '/api/v1/oauth2/token',
              scopes: { read: 'Every GET.', write: 'Everything else.' },
            },
          },
        },
        basic: { type: 'http', scheme: 'basic', description: 'Key and secret of a credential.' },
      },
      headers: answerHeaders,
      responses: failureResponses(),
      schemas,
    },
    paths,
    servers: [{ url: '/', description: 'This server.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  }
  return publicFormats(document) as Document
}

/** Collects schemas that have names, and leaves references in their places. */
function components(): { schemas: Record<string, Schema>; refer: Refer } {
  const schemas: Record<string, Schema> = {}
  const originals = new Map<string, string>()
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(refer)
    if (!value || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, refer(inner)]))
  }
  const refer = (value: unknown): Schema => {
    const { $id, ...schema } = (value ?? {}) as TSchema & { $id?: string }
    if (typeof $id !== 'string') return inside(value) as Schema
    const text = JSON.stringify(schema)
    if (originals.has($id) && originals.get($id) !== text) throw new Error(`There are two schemas ${$id}.`)
    if (!originals.has($id)) {
      originals.set($id, text)
      schemas[$id] = {}
      Object.assign(schemas[$id], inside(schema))
    }
    return { $ref: `#/components/schemas/${$id}` }
  }
  return { schemas, refer }
}
