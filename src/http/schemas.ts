import Type, { type TObject, type TProperties, type TSchema } from 'typebox'

/** The schemas of a record; the document calls them `Track`, `TrackInput`, `TrackUpdate`, `TrackUpsert` and `TrackPage`. */
export function recordSchemas<R extends TObject>(name: string, record: R, input: TObject) {
  return {
    record: answerOf(name, record),
    input: bodyOf(`${name}Input`, tellDefaults(input)),
    update: bodyOf(`${name}Update`, partial(dropDefaults(input))),
    upsert: bodyOf(`${name}Upsert`, upsertOf(name, input)),
    page: pageSchema(name, record),
  }
}

/** A body, by the name that the document refers to it by. */
export const bodyOf = <S extends TSchema>($id: string, schema: S): S => ({ ...schema, $id })

/** An answer, by the name that the document refers to it by. */
export const answerOf = <S extends TSchema>($id: string, schema: S): S => ({ ...forAnswers(schema), $id })

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
export function pageSchema(name: string, record: TObject): TSchema {
  const item = Type.Object(Type.Partial(record).properties, {
    additionalProperties: true,
    description: `${name}: its id and name unless \`fields\` asks for others; \`expand\` adds related objects.`,
  })
  const page = Type.Object({
    items: Type.Array(item),
    _links: Type.Object(
      { self: Link, first: Link, last: Link, next: Type.Optional(Link), prev: Type.Optional(Link) },
      {
        description: 'Absolute URLs that repeat the query with another `page`.',
        examples: [{ self: linkTo(1), first: linkTo(1), last: linkTo(1) }],
      },
    ),
    _meta: Type.Object({
      totalCount: Type.Integer({ description: 'Items of the whole list.', examples: [1] }),
      pageCount: Type.Integer({ examples: [1] }),
      currentPage: Type.Integer({ examples: [1] }),
      perPage: Type.Integer({ examples: [20] }),
    }),
  })
  return answerOf(`${name}Page`, page)
}

const Link = Type.Object({ href: Type.String({ format: 'uri' }) })
const linkTo = (number: number) => ({
  href: `https://lectern.example/api/v1/sessions?event_id=67890&page=${number}`,
})

/** A schema of what is answered: a text that was stored before HTML had a limit leaves as it is. */
function forAnswers<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(forAnswers) as T
  if (!schema || typeof schema !== 'object') return schema
  const { maxLength, ...rest } = schema as { maxLength?: number; format?: string }
  const kept = rest.format === 'html' || maxLength === undefined ? rest : { ...rest, maxLength }
  return Object.fromEntries(Object.entries(kept).map(([name, inner]) => [name, forAnswers(inner)])) as T
}

/** One of a few words, with what each means. */
export const ExplainedWord = (words: Record<string, string>, description: string, example: string) =>
  Type.String({
    enum: Object.keys(words),
    description: `${description} ${Object.entries(words)
      .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
      .join('; ')}.`,
    examples: [example],
  })
