import type { Schema } from './example.ts'

export type Media = {
  schema?: Schema
  example?: unknown
  examples?: Record<string, { summary: string; value: unknown }>
}
export type Content = Record<string, Media>
export type Response = { $ref?: string; description?: string; headers?: object; content?: Content }
/** An operation in the document. */
export type Described = {
  operationId: string
  summary: string
  tags: string[]
  description: string
  security?: object[]
  parameters?: { name: string }[]
  requestBody?: { required: boolean; content: Content }
  responses?: Record<string, Response>
}
export type Document = {
  paths?: Record<string, Record<string, Described>>
  components?: { schemas?: Record<string, Schema> }
}

type Kind = 'parameters' | 'requestBodies' | 'responses' | 'schemas'
type Use = {
  value: object
  name: string /** what only its namesakes are the same as */
  of?: string
  replace: (reference: { $ref: string }) => void
}

/**
 * Names every parameter, body and answer that several operations have, and every member that several schemas have, once,
 * under `components`, and refers to it. A generator makes one type of each then.
 */
export function shareComponents(document: Document): Document {
  for (const path of Object.values(document.paths ?? {}))
    for (const { requestBody, responses } of Object.values(path))
      for (const { content } of [requestBody ?? {}, ...Object.values(responses ?? {})] as Pick<
        Response,
        'content'
      >[])
        for (const media of Object.values(content ?? {})) listExample(media)
  const components = document.components as Record<string, Record<string, object>>
  const uses: Record<Kind, Use[]> = { parameters: [], requestBodies: [], responses: [], schemas: [] }
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path)) collect(operation, uses)
  for (const [owner, schema] of Object.entries(document.components?.schemas ?? {}))
    collectMembers(owner, schema, uses.schemas)
  for (const [kind, all] of Object.entries(uses)) {
    const named = { ...components[kind] }
    components[kind] = named
    for (const same of Map.groupBy(all, use => `${use.of ?? ''}${JSON.stringify(use.value)}`).values()) {
      if (same.length === 1) continue
      const name = freeName(named, same[0]!.name)
      named[name] = same[0]!.value
      for (const use of same) use.replace({ $ref: `#/components/${kind}/${name}` })
    }
  }
  return document
}

/** Generators repeat an `example` in every comment, and leave those in `examples` to readers. */
function listExample(media: Media): void {
  if (!('example' in media)) return
  media.examples = { usual: { summary: 'As it comes', value: media.example } }
  delete media.example
}

function collect(operation: Described, uses: Record<Kind, Use[]>): void {
  const { parameters = [], requestBody, responses = {}, operationId } = operation
  parameters.forEach((value, index) => {
    uses.parameters.push({
      value,
      name: inPascalCase(value.name),
      replace: reference => Object.assign(parameters, { [index]: reference }),
    })
  })
  if (requestBody)
    uses.requestBodies.push({
      value: requestBody,
      name: schemaNameOf(requestBody) ?? inPascalCase(operationId),
      replace: reference => Object.assign(operation, { requestBody: reference }),
    })
  // Failures have components already; those of OAuth belong to their operations.
  for (const [status, value] of Object.entries(responses))
    if (Number(status) < 400)
      uses.responses.push({
        value,
        name: `${inPascalCase(operationId)}${status}`,
        replace: reference => Object.assign(responses, { [status]: reference }),
      })
}

/** A type or a reference alone says as much as its name would. */
const plain = new Set(['type', '$ref'])

function collectMembers(owner: string, { properties = {} }: Schema, uses: Use[]): void {
  for (const [member, value] of Object.entries(properties))
    if (Object.keys(value).some(keyword => !plain.has(keyword)))
      uses.push({
        value,
        of: member,
        name: `${owner.replace(/^Written|(?:Input|Update|Upsert|Item|Page)$/g, '')}${inPascalCase(member)}`,
        replace: reference => Object.assign(properties, { [member]: reference }),
      })
}

/** `per-page` and `perPage` are `PerPage`. */
const inPascalCase = (name: string) =>
  name.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter) => letter.toUpperCase())

const schemaNameOf = ({ content }: Pick<Response, 'content'>) =>
  Object.values(content ?? {})[0]
    ?.schema?.$ref?.split('/')
    .at(-1)

/** The name, with a number behind it when another component has it. */
function freeName(named: Record<string, object>, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}${number}`
    if (!Object.hasOwn(named, candidate)) return candidate
  }
}
