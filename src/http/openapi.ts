import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { answerHeaders } from './answer-headers.ts'
import { type Document, type Media, type Operation, type Response, shareComponents } from './components.ts'
import { documentSender } from './document.ts'
import { exampleOf, type Schema } from './example.ts'
import { failureResponses, failures, inProblemDetails, type Plain } from './failures.ts'
import { publicFormats } from './formats.ts'

const about = `The HTTP API of Lectern, a server for the sessions of events.

Every path also answers with \`.json\` appended. Every write takes JSON, forms and multipart forms; values may be strings;
what is unknown is ignored and named in \`Lectern-Ignored\`, or refused with
\`Prefer: handling=strict\`. Lists return 20 items unless told otherwise, with a few members such as \`id\` and \`name\`:
\`fields=*\` returns everything. Every POST takes an \`Idempotency-Key\`; every single record has an \`ETag\`, and updates and
deletions honour \`If-Match\`. Failures come as RFC 9457 problem details to those who send
\`Accept: application/problem+json\`.`

const tags: Record<string, string> = {
  Authentication: 'OAuth 2.0 client credentials: a key and a secret become a token that lives 30 minutes.',
  Events: 'What attendees come to. Everything else belongs to one, apart from session fields.',
  Tracks: 'Themes of a programme.',
  Locations: 'Rooms and other places.',
  'Session fields': 'Fields that an account adds to its sessions.',
  Sessions: 'The talks, workshops and breakouts of an event.',
  'Registrant types': 'Kinds of registrants, each with a capacity of its own.',
  'Registrant groups': 'Registrants who come together.',
  'Event questions': 'What the registrants of an event are asked.',
  Registrants: 'The people of an event.',
  Seats: 'Who sits in which session, and who waits in its line.',
  'E-mail': 'Letters to registrants: what is sent, and what became of it.',
  Changes: 'Every change, in the order of commits.',
  Server: 'The state of the server, and how it describes itself.',
}

/** Describes every operation in OpenAPI 3.1, as a page at /docs, and returns what sends the document. */
export async function describeApi(
  app: FastifyInstance,
  schemas: Record<string, TSchema>,
  version: string,
): Promise<ReturnType<typeof documentSender>> {
  const sendDocument = documentSender(app)
  for (const [name, schema] of Object.entries(schemas)) app.addSchema({ $id: name, ...schema })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lectern', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This server.' }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
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
      } as object,
    },
    refResolver: { buildLocalReference: json => String(json.$id) },
    transformObject: given =>
      ('openapiObject' in given ? complete(given.openapiObject as Document) : {}) as never,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'silent',
    staticCSP: contentPolicy,
    // The page asks for its own copy: it gets that which is written already.
    uiHooks: {
      onRequest: async (request, reply) =>
        request.routeOptions.url === '/docs/json' ? sendDocument(request, reply) : undefined,
    },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', validatorUrl: null } as object,
    theme: { title: 'Lectern API' },
  })
  return sendDocument
}

/** The page loads nothing from elsewhere; it sets styles of its own elements. */
const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'"

/** The operation that returns this document. */
export const openApiSchema = {
  operationId: 'getOpenApi',
  tags: ['Server'],
  summary: 'Get this document',
  description: 'OpenAPI 3.1. The page at `/docs` shows it.',
  security: [],
  headers: Type.Object({
    'If-None-Match': Type.Optional(Type.String({ description: 'An ETag: 304 when the answer is the same.' })),
  }),
  response: {
    200: Type.Object({ openapi: Type.String({ examples: ['3.1.0'] }) }, { additionalProperties: true }),
    304: Type.Null(),
    400: Type.Ref('Failure'),
  },
}

/** Adds what schemas do not say: descriptions, headers and examples of every answer. */
function complete(document: Document): Document {
  const components = document.components?.schemas ?? {}
  for (const path of Object.values(document.paths ?? {}))
    for (const [method, operation] of Object.entries(path)) {
      // The other forms of a body have the same members: one example is enough for all.
      const { content } = operation.requestBody ?? {}
      const [usual] = Object.keys(content ?? {})
      if (content && usual) content[usual] = withExample(content[usual]!, components)
      const responses = { ...operation.responses, ...ofAnyRequest }
      operation.responses = responses
      for (const [status, response] of Object.entries(responses))
        responses[status] = completeResponse(Number(status), response, method, operation, components)
      operation.security ??= [{ bearer: [] }, { oauth2: [method === 'get' ? 'read' : 'write'] }]
    }
  return shareComponents(publicFormats(document) as Document)
}

/** What the server answers before it knows which operation is meant. */
const ofAnyRequest: Record<string, Response> = Object.fromEntries(
  [408, 431].map(status => [
    status,
    { content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } } },
  ]),
)

function completeResponse(
  status: number,
  response: Response,
  method: string,
  operation: Operation,
  components: Record<string, Schema>,
): Response {
  const [media] = Object.values(response.content ?? {})
  const isCommon = /\/(Failure|Faults)$/.test(media?.schema?.$ref ?? '')
  if (isCommon) return { $ref: `#/components/responses/${failures[status]!.name}` }
  if (media) addExample(media, components)
  const names = [
    'X-Request-Id',
    ...(operation.security ? [] : ['X-Rate-Limit-Limit', 'X-Rate-Limit-Remaining', 'X-Rate-Limit-Reset']),
    ...(takes(operation, 'Prefer') ? ['Lectern-Ignored', 'Preference-Applied'] : []),
    ...(status === 201 ? ['Location'] : []),
    ...(status === 204 && takes(operation, 'force') ? ['Lectern-People-Not-Told'] : []),
    ...(status !== 204 && (takes(operation, 'If-Match', 'If-None-Match') || status === 201) ? ['ETag'] : []),
    ...(takes(operation, 'Idempotency-Key') ? ['Idempotency-Replayed'] : []),
    ...(status === 401 ? ['WWW-Authenticate'] : []),
  ]
  return {
    ...response,
    ...(status >= 400 &&
      media && { content: { ...response.content, ...inProblemDetails(media.example as Plain) } }),
    description: describeStatus(status, method, operation),
    headers: Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }])),
  }
}

function describeStatus(status: number, method: string, { responses = {} }: Operation): string {
  const isRehearsal = status === 200 && method !== 'put' && ('201' in responses || '204' in responses)
  return isRehearsal
    ? 'Only with `validate_only`: what would be returned.'
    : (descriptions[status] ?? STATUS_CODES[status] ?? String(status))
}

const descriptions: Record<number, string> = {
  200: 'Done.',
  201: 'Created.',
  204: 'Deleted.',
  304: 'Nothing changed since the answer that `If-None-Match` names.',
}

const takes = ({ parameters = [] }: Operation, ...names: string[]) =>
  parameters.some(parameter => names.includes(parameter.name))

function withExample(media: Media, components: Record<string, Schema>): Media {
  const copy = { ...media }
  addExample(copy, components)
  return copy
}

/** Lists have two examples: as they come, and with every field. */
function addExample(media: Media, components: Record<string, Schema>): void {
  const value = exampleOf(media.schema ?? {}, components)
  const items = media.schema?.$ref?.endsWith('Page')
    ? (value as { items: Record<string, unknown>[] }).items
    : []
  if (!items[0] || !('id' in items[0])) media.example = value
  else {
    const sparse = items.map(({ id, name, first_name, last_name }) =>
      name === undefined ? { id, first_name, last_name } : { id, name },
    )
    media.examples = {
      sparse: { summary: 'As it comes', value: { ...(value as object), items: sparse } },
      full: { summary: 'With `fields=*`', value },
    }
  }
}
