import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import Type, { type TObject, type TProperties, type TSchema } from 'typebox'

/** The body of an update: the same fields, none required. */
export function partial<P extends TProperties>(schema: TObject<P>): TObject {
  return Type.Partial(schema) as unknown as TObject
}

/** A page of a list of the named record. Items have the fields that were asked for. */
export function pageOf(name: string): TSchema {
  return Type.Object({
    items: Type.Array(
      Type.Object(
        {},
        { additionalProperties: true, description: `Members of ${name}, as \`fields\` and \`expand\` say.` },
      ),
    ),
    _links: Type.Object(
      {},
      { additionalProperties: true, description: 'self, first, last, next, prev: absolute URLs.' },
    ),
    _meta: Type.Object({
      totalCount: Type.Integer(),
      pageCount: Type.Integer(),
      currentPage: Type.Integer(),
      perPage: Type.Integer(),
    }),
  })
}

/** Failures other than 422 (api.md §4). */
export const Failure = Type.Object(
  {
    name: Type.String({ examples: ['Not Found'] }),
    message: Type.String({ examples: ['Session 12 does not exist.'] }),
    code: Type.Integer({ examples: [0] }),
    status: Type.Integer({ examples: [404] }),
    type: Type.String({ description: 'A stable snake_case word.', examples: ['not_found'] }),
    request_id: Type.String(),
    error: Type.Optional(Type.String({ description: 'RFC 6749 §5.2, on the OAuth endpoints.' })),
    error_description: Type.Optional(Type.String()),
  },
  { description: 'With `Accept: application/problem+json` the same as RFC 9457 problem details.' },
)

/** 422: every faulty field at once. */
export const Faults = Type.Array(
  Type.Object(
    {
      field: Type.String({ examples: ['date'] }),
      message: Type.String({ examples: ['Date cannot be blank.'] }),
      type: Type.String({ description: 'A stable snake_case word.', examples: ['required'] }),
    },
    { additionalProperties: true },
  ),
)

const about = `The HTTP API of Lectern, a server for the sessions of events.

Every path also answers with \`.json\` appended. Every write takes JSON, forms and multipart forms; values may be strings;
unknown fields and parameters are ignored. Lists return 20 items unless told otherwise, with \`id\` and \`name\` only:
\`fields=*\` returns everything. Every POST takes an \`Idempotency-Key\`; every single record has an \`ETag\`, and updates and
deletions honour \`If-Match\`.`

/** Describes every operation in OpenAPI 3.1, at /api/v1/openapi.json, and as a page at /docs. */
export async function describeApi(
  app: FastifyInstance,
  schemas: Record<string, TSchema>,
  version: string,
): Promise<void> {
  for (const [name, schema] of Object.entries({ Failure, Faults, ...schemas }))
    app.addSchema({ $id: name, ...schema })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lectern', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      tags: [
        'Authentication',
        'Events',
        'Tracks',
        'Locations',
        'Session fields',
        'Sessions',
        'Registrants',
        'Seats',
        'Changes',
      ].map(name => ({ name })),
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'From POST /api/v1/oauth2/token; valid for 30 minutes.',
          },
          basic: { type: 'http', scheme: 'basic', description: 'Key and secret of a credential.' },
        },
      },
      security: [{ bearer: [] }],
    },
    refResolver: { buildLocalReference: json => String(json.$id) },
    transformObject: document =>
      describeResponses('openapiObject' in document ? (document.openapiObject as Document) : {}) as never,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'silent',
    uiConfig: { docExpansion: 'list', validatorUrl: null } as object,
    theme: { title: 'Lectern API' },
  })
}

type Document = {
  paths?: Record<string, Record<string, { responses?: Record<string, { description?: string }> }>>
}

/** Says what each status is; the schemas alone do not. */
function describeResponses(document: Document): Document {
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path))
      for (const [status, response] of Object.entries(operation.responses ?? {}))
        response.description = STATUS_CODES[status] ?? status
  return document
}
