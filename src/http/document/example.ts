/** A JSON Schema, as far as an example needs it. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  examples?: unknown[]
}

/**
 * An example of a schema: its own when it has one, else made of those of its parts. `components` are the schemas that
 * `$ref` may name. Without any hint a value that may be null is null.
 */
export function exampleOf(schema: Schema, components: Record<string, Schema>): unknown {
  if (schema.$ref) return exampleOf(components[schema.$ref.split('/').at(-1)!] ?? {}, components)
  if (schema.examples) return schema.examples[0]
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, components)
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part, components)]),
    )
  if (schema.items) return [exampleOf(schema.items, components)]
  return plain[[schema.type].flat().at(-1) ?? 'null'] ?? null
}

const plain: Record<string, unknown> = {
  object: {},
  array: [],
  string: 'text',
  integer: 1,
  number: 1,
  boolean: true,
}
