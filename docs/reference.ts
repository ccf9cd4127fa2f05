import { STATUS_CODES } from 'node:http'

/** An OpenAPI document, as far as the reference shows it. */
export type Document = {
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; responses: Record<string, Failure> }
}
export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  'x-spelling-of'?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<
    string,
    { $ref?: string; description?: string; headers?: object; content?: Record<string, Media> }
  >
}
type Parameter = {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: Schema
  example?: unknown
}
type Media = { schema: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
type Failure = { description: string; content: Record<string, { example: unknown }> }
type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  enum?: unknown[]
  minimum?: number
  maximum?: number
  maxLength?: number
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}
type Spelling = { method: string; path: string; operation: Operation }

/** docs/api.md: the OpenAPI document as people read it. */
export function referenceOf(document: Document): string {
  const spellings = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const { Failure, Faults, Problem } = document.components.schemas
  return [
    `# API reference\n\nGenerated from [openapi.json](openapi.json) by \`npm run docs\`; version ${document.info.version}.`,
    document.info.description,
    `## Contents\n\n${document.tags.map(({ name }) => `- [${name}](#${anchorOf(name)})`).join('\n')}\n- [Failures](#failures)`,
    ...document.tags.map(tag => section(tag, spellings, document)),
    '## Failures',
    failureTable(document.components.responses),
    ...Object.entries({ Failure, Faults, Problem }).map(([name, schema]) =>
      record(name, schema!, document.components),
    ),
  ]
    .join('\n\n')
    .concat('\n')
}

function section(tag: Document['tags'][number], all: Spelling[], { components }: Document): string {
  const operations = all.filter(({ operation }) => operation.tags[0] === tag.name)
  const own = operations.filter(({ operation }) => !operation['x-spelling-of'])
  const names = new Set<string>()
  for (const { operation } of own) for (const name of namesIn(operation)) addName(names, name, components)
  return [
    `## ${tag.name}\n\n${tag.description}`,
    ...own.map(spelling => describe(spelling, operations)),
    ...[...names].map(name => record(name, components.schemas[name]!, components)),
  ].join('\n\n')
}

function describe({ method, path, operation }: Spelling, all: Spelling[]): string {
  const others = all.filter(other => other.operation['x-spelling-of'] === operation.operationId)
  const also = others.map(other => `\`${other.method} ${other.path}\``).join(', ')
  return [
    `### ${operation.summary}`,
    `\`${method} ${path}\`${also && ` — also ${also}`}`,
    operation.description,
    ...(operation.parameters ? [parameterTable(operation.parameters)] : []),
    ...(operation.requestBody ? [`Body: ${referTo(schemaOf(operation.requestBody.content))}.`] : []),
    answers(operation),
    example(method, path, operation),
  ].join('\n\n')
}

/** A request, and what is answered when it succeeds. */
function example(
  method: string,
  path: string,
  { parameters = [], requestBody, responses }: Operation,
): string {
  const valueIn = ({ example = 12345 }: Parameter) => encodeURIComponent(String(example))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    valueIn(parameters.find(each => each.in === 'path' && each.name === name)!),
  )
  const query = parameters.filter(each => each.in === 'query' && each.required)
  const asked = query.map(each => `${each.name}=${valueIn(each)}`).join('&')
  const [status, answer] = successOf(responses)
  const lines = [
    `${method} ${filled}${asked && `?${asked}`}`,
    ...(requestBody ? ['', inJson(exampleIn(requestBody.content))] : []),
    '',
    `→ ${STATUS_CODES[status] ? `${status} ${STATUS_CODES[status]}` : status}`,
    ...(answer.content ? ['', inJson(exampleIn(answer.content))] : []),
  ]
  return ['```', ...lines, '```'].join('\n')
}

/** The success that is no rehearsal. */
function successOf(responses: Operation['responses']): [string, Operation['responses'][string]] {
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 300)
  return successes.find(([status]) => status !== '200') ?? successes[0]!
}

/** The example of a medium; of a list, the one that comes without asking for fields. */
function exampleIn(content: Record<string, Media>): unknown {
  const { example, examples } = Object.values(content)[0]!
  return examples ? Object.values(examples)[0]!.value : example
}

const inJson = (value: unknown) => JSON.stringify(value, null, 2)

function parameterTable(parameters: NonNullable<Operation['parameters']>): string {
  return table(
    ['Parameter', 'In', 'Meaning'],
    parameters.map(({ name, in: place, description = '' }) => [`\`${name}\``, place, description]),
  )
}

function answers({ responses }: Operation): string {
  const [successes, failures] = [true, false].map(isSuccess =>
    Object.entries(responses).filter(([status]) => Number(status) < 400 === isSuccess),
  )
  const described = successes!.map(([status, { description = '', content }]) => {
    const body = content && schemaOf(content).$ref ? ` ${referTo(schemaOf(content))}` : ''
    return `- **${status}**${body}: ${description}`
  })
  return `${described.join('\n')}\n- Failures: ${failures!.map(([status]) => status).join(', ')}`
}

function record(name: string, schema: Schema, { schemas }: Document['components']): string {
  const isList = schema.type === 'array'
  const { properties = {}, required = [] } = isList ? schema.items! : schema
  const rows = Object.entries(properties).map(([field, part]) => [
    `\`${field}\`${required.includes(field) ? ' \\*' : ''}`,
    kindOf(part),
    [meaningOf(part, schemas), boundsOf(part)].filter(Boolean).join(' '),
  ])
  const head = schema.description ? `${schema.description}\n\n` : ''
  return `### ${name}\n\n${isList ? 'An array of:\n\n' : head}${table(['Member', 'Kind', 'Meaning'], rows)}`
}

/** What a member means: what it says itself, or what the record says that it refers to. */
function meaningOf(part: Schema, schemas: Record<string, Schema>): string {
  const referred = part.$ref ? schemas[nameOf(part)] : part.anyOf?.[0]
  return part.description ?? referred?.description ?? ''
}

function kindOf(schema: Schema): string {
  if (schema.$ref) return referTo(schema)
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(' or ')
  if (schema.items) return `array of ${schema.items.$ref ? referTo(schema.items) : kindOf(schema.items)}`
  const type = [schema.type].flat().join(' or ')
  return schema.format ? `${type} (${schema.format})` : type
}

function boundsOf({ enum: words, maxLength }: Schema): string {
  return [
    ...(words ? [`One of ${words.map(word => `\`${word}\``).join(', ')}.`] : []),
    ...(maxLength ? [`At most ${maxLength} characters.`] : []),
  ].join(' ')
}

function failureTable(responses: Document['components']['responses']): string {
  const rows = Object.values(responses).map(({ description, content }) => {
    const plain = content['application/json']!.example
    const { status, title } = content['application/problem+json']!.example as {
      status: number
      title: string
    }
    const { type, message } = (Array.isArray(plain) ? plain[0] : plain) as { type: string; message: string }
    return [`${status} ${title}`, description, `\`${type}\`: ${message}`]
  })
  return table(['Status', 'When', 'For example'], rows)
}

const schemaOf = (content: Record<string, Media>) => Object.values(content)[0]!.schema
const nameOf = ({ $ref }: Schema) => $ref!.split('/').at(-1)!
const anchorOf = (title: string) => title.toLowerCase().replaceAll(' ', '-')
const referTo = (schema: Schema) => `[${nameOf(schema)}](#${anchorOf(nameOf(schema))})`

/** The records that an operation takes and returns. */
function namesIn({ requestBody, responses }: Operation): string[] {
  const contents = [requestBody?.content, ...Object.values(responses).map(response => response.content)]
  return contents.flatMap(content => (content && schemaOf(content).$ref ? [nameOf(schemaOf(content))] : []))
}

/** Adds a record, and those that its members refer to. */
function addName(names: Set<string>, name: string, components: Document['components']): void {
  if (names.has(name)) return
  names.add(name)
  for (const [, inner] of JSON.stringify(components.schemas[name]).matchAll(
    /"#\/components\/schemas\/(\w+)"/g,
  ))
    addName(names, inner!, components)
}

/** A table of Markdown. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
