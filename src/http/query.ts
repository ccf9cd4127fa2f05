import type { FastifyRequest } from 'fastify'

/** The query of a request: each name once, the last one given; `fields[0]=id&fields[1]=name` joined by commas. */
export type Query = Record<string, string>

/** Reads a query string (generosity rule 5). Never throws: the router calls it, where nobody would catch. */
export function parseQuery(text: string): Query {
  const query: Query = {}
  const lists = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const list = /^([\w-]+)\[\d*\]$/.exec(name)?.[1]
    if (!list) query[name] = value.toWellFormed()
    else lists.set(list, [...(lists.get(list) ?? []), value.toWellFormed()])
  }
  for (const [name, values] of lists) query[name] = values.join(',')
  return query
}

/** The words of a comma-separated parameter; none when it is absent or blank. */
export function wordsOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
}

const yes = new Set(['1', 'true', 'yes', 'on'])

/** Whether a parameter such as `validate_only` or `force` is switched on. */
export function isOn(query: Query, name: string): boolean {
  return yes.has((query[name] ?? '').trim().toLowerCase())
}

/** Whether a request asks for something in its query or, as older clients do, in its body; the query wins. */
export function isAsked({ query, body }: FastifyRequest, name: string): boolean {
  const given = (query as Query)[name]?.trim() || (body as Record<string, unknown> | undefined)?.[name]
  return isOn({ [name]: String(given) }, name)
}

/** An id in a path or query: undefined unless it is a positive integer below 2^53. */
export function readId(text: string | undefined): number | undefined {
  const id = text && /^\s*\d{1,16}\s*$/.test(text) ? Number(text) : 0
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER ? id : undefined
}
