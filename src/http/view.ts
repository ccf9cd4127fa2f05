import type { Static, TObject } from 'typebox'

/**
 * What leaves of a row: exactly the members that the schema lists, in its order. Answers are written by JSON.stringify
 * (docs/decisions), so this is what keeps columns of our own inside.
 */
export function viewOf<T extends TObject>(schema: T): (row: Static<T>) => Static<T> {
  const members = Object.keys(schema.properties)
  return row =>
    Object.fromEntries(members.map(member => [member, (row as Record<string, unknown>)[member]])) as Static<T>
}
