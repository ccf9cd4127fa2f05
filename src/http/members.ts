import type { TSchema } from 'typebox'

/** What the members of a value are called: those of an object, or of each object in a list. */
export type Members = {
  names: Map<string, Members>
  isList: boolean
  /** an object whose members are not listed: whatever it has is kept */
  isFree: boolean
  /** the object has custom values beside what is listed */
  hasCustomValues: boolean
}
type Schema = {
  anyOf?: Schema[]
  type?: string | string[]
  properties?: Record<string, Schema>
  additionalProperties?: unknown
  items?: Schema
}

const none: Members = { names: new Map(), isList: false, isFree: false, hasCustomValues: false }

/** The members that a schema lists. */
export function membersOf(schema: TSchema | undefined): Members {
  return schema ? read(schema as Schema) : none
}

function read(schema: Schema): Members {
  const variants = schema.anyOf?.map(read) ?? []
  if (variants.length > 0) return variants.find(({ names, isList }) => isList || names.size > 0) ?? none
  if ([schema.type].flat().includes('array'))
    return { ...(schema.items ? read(schema.items) : none), isList: true }
  const properties = Object.entries(schema.properties ?? {})
  return {
    names: new Map(properties.map(([name, inner]) => [name, read(inner)])),
    isList: false,
    isFree: properties.length === 0 && schema.additionalProperties === true,
    hasCustomValues:
      properties.length > 0 &&
      (schema.additionalProperties === true || 'custom_fields' in schema.properties!),
  }
}

/** The names of members that are lists. */
export function listsIn({ names }: Members): Set<string> {
  return new Set([...names].filter(([, { isList }]) => isList).map(([name]) => name))
}

/**
 * The members of a body that `known` does not have, each by its path: `choices.0.nmae`. Those of `readOnly` are what a
 * client got, and sends back. Custom values are left to their definitions. At most `most` are looked for.
 */
export function unknownMembers(body: unknown, known: Members, readOnly: Members, most: number): string[] {
  const found: string[] = []
  const look = (value: unknown, known: Members, readOnly: Members, path: string): void => {
    if (value === null || typeof value !== 'object' || known.isFree) return
    if (known.isList) {
      for (const [index, item] of Object.entries(value))
        look(item, { ...known, isList: false }, { ...readOnly, isList: false }, `${path}${index}.`)
      return
    }
    if (known.names.size === 0 && path !== '') return
    for (const [name, inner] of Object.entries(value)) {
      if (found.length >= most) return
      if (known.hasCustomValues && isCustom(name)) {
        if (name === 'custom_fields') found.push(...strangersIn(inner))
        continue
      }
      const member = known.names.get(name)
      if (member) look(inner, member, readOnly.names.get(name) ?? none, `${path}${name}.`)
      else if (!readOnly.names.has(name) && !isDotted(name, known)) found.push(path + name)
    }
  }
  look(body, known, readOnly, '')
  return found.slice(0, most)
}

const isCustom = (name: string) => name === 'custom_fields' || /^c_\d+$/.test(name)

/** Members of `custom_fields` that can be no custom value. */
function strangersIn(values: unknown): string[] {
  if (values === null || typeof values !== 'object') return []
  return Object.keys(values)
    .filter(name => !/^c_\d+$/.test(name))
    .map(name => `custom_fields.${name}`)
}

/** `work_address_id.line_1`, as forms write it. */
function isDotted(name: string, known: Members): boolean {
  const dot = name.indexOf('.')
  return dot > 0 && (known.names.get(name.slice(0, dot))?.names.has(name.slice(dot + 1)) ?? false)
}
