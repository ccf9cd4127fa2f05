import Type, { type TObject, type TProperties, type TSchema } from 'typebox'

/** The schemas of a record; the document calls them `Track`, `TrackInput`, `TrackUpdate`, `TrackUpsert` and `TrackPage`. */
export function recordSchemas(name: string, given: TObject, input: TObject) {
  const record = withMeanings(given, input)
  return {
    record: answerOf(name, record),
    input: bodyOf(`${name}Input`, tellDefaults(input)),
    update: bodyOf(`${name}Update`, partial(dropDefaults(input))),
    upsert: bodyOf(`${name}Upsert`, upsertOf(name, input)),
    page: pageSchema(name, record),
  }
}

/** A record whose members mean what those of its input mean, where it says nothing of its own. */
export function withMeanings(record: TObject, input: TObject): TObject {
  const properties = Object.entries(record.properties).map(([name, kind]): [string, TSchema] => {
    const said = input.properties[name] as Kind | undefined
    const description = (kind as Kind).description ?? said?.description ?? usualMeanings[name]
    const meant = { ...kind, ...(description !== undefined && { description }) }
    return [name, Type.IsOptional(kind) ? Type.Optional(meant) : meant]
  })
  return withMembers(record, Object.fromEntries(properties))
}

const usualMeanings: Record<string, string> = {
  id: 'Unique identifier.',
  event_id: 'The event that it belongs to.',
  created_at: 'When it was created, in UTC.',
  updated_at: 'When it was changed last, in UTC.',
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
  const item = answerOf(
    `${name}Item`,
    Type.Object(Type.Partial(record).properties, {
      additionalProperties: true,
      description: `${name}: its id and name unless \`fields\` asks for others; \`expand\` adds related objects.`,
    }),
  )
  const page = Type.Object({
    items: Type.Array(item, { description: 'The items of this page.' }),
    _links: PageLinks,
    _meta: PageMeta,
  })
  return answerOf(`${name}Page`, page)
}

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

const Link = (description: string) =>
  Type.Object({ href: Type.String({ format: 'uri', description: 'Absolute URL.' }) }, { description })
const linkTo = (number: number) => ({
  href: `https://lectern.example/api/v1/sessions?event_id=67890&page=${number}`,
})
const PageLinks = answerOf(
  'PageLinks',
  Type.Object(
    {
      self: Link('This page.'),
      first: Link('The first page.'),
      last: Link('The last page.'),
      next: Type.Optional(Link('The next page; absent on the last.')),
      prev: Type.Optional(Link('The page before; absent on the first.')),
    },
    {
      description: 'Absolute URLs that repeat the query with another `page`.',
      examples: [{ self: linkTo(1), first: linkTo(1), last: linkTo(1) }],
    },
  ),
)
const PageMeta = answerOf(
  'PageMeta',
  Type.Object({
    totalCount: Type.Integer({ description: 'Items of the whole list.', examples: [1] }),
    pageCount: Type.Integer({ description: 'Pages of the whole list.', examples: [1] }),
    currentPage: Type.Integer({ description: 'The number of this page, from 1.', examples: [1] }),
    perPage: Type.Integer({ description: 'The most items of a page.', examples: [20] }),
  }),
)
