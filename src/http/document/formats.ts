/**
 * What a kind of value (values.ts) is called in the registry of OpenAPI formats; kinds without a name there have none.
 * Ids have none either: as `int64` some clients in TypeScript read them as `bigint`, which is no JSON.
 */
const formats: Record<string, string> = {
  whole: 'int32',
  decimal: 'double',
  html: 'html',
  email: 'email',
  date: 'date',
  'date-time': 'date-time',
  'http-url': 'uri',
  uri: 'uri',
}

/** A document without what only our own readers understand. */
export function publicFormats(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(publicFormats)
  if (!node || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node).flatMap(([name, value]) => {
      // A value has no keywords: its member `format` is not one.
      if (name === 'example' || name === 'examples') return [[name, value]]
      // Python's `re`, and expressions without the flag `u`, read \p{L} as something else, or not at all.
      if (name === 'pattern' && String(value).includes('\\p{')) return []
      if (name !== 'format' || typeof value !== 'string') return [[name, publicFormats(value)]]
      return formats[value] ? [[name, formats[value]]] : []
    }),
  )
}
