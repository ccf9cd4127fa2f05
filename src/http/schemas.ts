import Type, { type TObject, type TProperties, type TSchema } from 'typebox'

/**
 * The schemas of a record, under the names that operations refer to: `Track`, `TrackInput`, `TrackUpdate`, `TrackPage`, and
 * `TrackUpsert` of a record that has an external id.
 */
export function recordSchemas(name: string, record: TObject, input: TObject): Record<string, TSchema> {
  return {
    [name]: record,
    [`${name}Input`]: tellDefaults(input),
    [`${name}Update`]: partial(dropDefaults(input)),
    ...('external_id' in input.properties && { [`${name}Upsert`]: upsertOf(name, input) }),
    [`${name}Page`]: pageOf(name, record),
  }
}

/**
 * The body of `PUT /{plural}/external/{external_id}`: the path has the external id, and an update needs no more than the
 * event.
 */
function upsertOf(name: string, input: TObject): TSchema {
  const { external_id: _path, ...properties } = partial(dropDefaults(input)).properties
  const { event_id } = input.properties
  return {
    ...withMembers(input, { ...properties, ...(event_id && { event_id }) }),
    description: `Of a ${name} that exists only the given fields change; a new one needs what \`${name}Input\` requires.`,
  }
}

/**
 * A body for a new object that says in words what is taken for members that are absent. The keyword `default` makes
 * generators demand these members, or send them unasked.
 */
export const tellDefaults = (input: TObject) =>
  withoutKeyword(input, (kind, standard) => ({
    ...kind,
    description: `${kind.description ? `${kind.description} ` : ''}Default: \`${standard}\`.`,
  }))

/** The same members without defaults: what an update does not name stays as it is, and an answer has every member. */
export const dropDefaults = (schema: TObject) => withoutKeyword(schema, kind => kind)

type Kind = TSchema & { description?: string; examples?: unknown[]; default?: unknown }

function withoutKeyword(schema: TObject, explain: (kind: Kind, standard: unknown) => Kind): TObject {
  const properties = Object.entries(schema.properties).map(([name, kind]): [string, TSchema] => {
    const { default: standard, ...rest } = kind as Kind
    if (standard === undefined) return [name, kind]
    const stripped = explain({ ...rest, examples: rest.examples ?? [standard] } as Kind, standard)
    return [name, Type.IsOptional(kind) ? Type.Optional(stripped) : stripped]
  })
  return withMembers(schema, Object.fromEntries(properties))
}

const partial = (schema: TObject) => withMembers(schema, Type.Partial(schema).properties)

/** A schema with other members, which is otherwise the same: whether it takes further ones, and what it says of itself. */
function withMembers(schema: TObject, properties: TProperties): TObject {
  const { properties: _members, required: _names, ...options } = schema as TObject & { required?: string[] }
  return Type.Object(properties, options)
}

/** A page of a list. Its items have the members that `fields` and `expand` ask for. */
function pageOf(name: string, record: TObject): TSchema {
  const item = Type.Object(Type.Partial(record).properties, {
    additionalProperties: true,
    description: `${name}: its id and name unless \`fields\` asks for others; \`expand\` adds related objects.`,
  })
  return Type.Object({
    items: Type.Array(item),
    _links: Type.Object(
      { self: Link, first: Link, last: Link, next: Type.Optional(Link), prev: Type.Optional(Link) },
      {
        description: 'Absolute URLs that repeat the query with another `page`.',
        examples: [{ self: page(1), first: page(1), last: page(1) }],
      },
    ),
    _meta: Type.Object({
      totalCount: Type.Integer({ description: 'Items of the whole list.', examples: [1] }),
      pageCount: Type.Integer({ examples: [1] }),
      currentPage: Type.Integer({ examples: [1] }),
      perPage: Type.Integer({ examples: [20] }),
    }),
  })
}

const Link = Type.Object({ href: Type.String({ format: 'uri' }) })
const page = (number: number) => ({
  href: `https://lectern.example/api/v1/sessions?event_id=67890&page=${number}`,
})

/** What failures look like (docs/contract.md §4). `details`: what entries of a 422 may say besides field, message and type. */
export function failureSchemas(details: TProperties): Record<string, TSchema> {
  return {
    Failure: Type.Object({
      name: Type.String({ description: 'The name of the status.' }),
      message: Type.String({ description: 'For people.' }),
      code: Type.Integer({ description: 'Always 0.' }),
      status: Type.Integer(),
      type: Type.String({ description: 'A stable snake_case word, for programs.' }),
      request_id: Type.String({ description: 'As in the header X-Request-Id, and in the log.' }),
    }),
    Faults: Type.Array(
      Type.Object({
        field: Type.String({ examples: ['name'] }),
        message: Type.String({ description: 'For people.', examples: ['Name cannot be blank.'] }),
        type: Type.String({
          description: 'A stable snake_case word, for programs; refused seats have those of `Refusal`.',
          examples: ['required'],
        }),
        ...details,
      }),
      { description: '422: every faulty field at once, or every reason against a wish.' },
    ),
    Problem: Type.Object(
      {
        type: Type.String({ format: 'uri' }),
        title: Type.String(),
        status: Type.Integer(),
        detail: Type.String(),
        request_id: Type.String(),
        errors: Type.Optional(
          Type.Array(
            Type.Object({
              field: Type.String(),
              message: Type.String(),
              type: Type.String(),
              pointer: Type.String({ description: 'JSON pointer to the faulty member of the body.' }),
              ...details,
            }),
          ),
        ),
      },
      {
        additionalProperties: true,
        description: 'Any failure, for those who send `Accept: application/problem+json` (RFC 9457).',
      },
    ),
  }
}

/** A schema of what is answered: a text that was stored before HTML had a limit leaves as it is. */
export function forAnswers<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(forAnswers) as T
  if (!schema || typeof schema !== 'object') return schema
  const { maxLength, ...rest } = schema as { maxLength?: number; format?: string }
  const kept = rest.format === 'html' || maxLength === undefined ? rest : { ...rest, maxLength }
  return Object.fromEntries(Object.entries(kept).map(([name, inner]) => [name, forAnswers(inner)])) as T
}
