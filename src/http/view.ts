import Type, { type Static, type TObject, type TSchema } from 'typebox'
import { Id, Nullable } from './values/values.ts'

/**
 * What leaves of a row: exactly the members that the schema lists, in its order; one that the row lacks is null. Answers are
 * written by JSON.stringify (docs/decisions), so this is what keeps columns of our own inside.
 */
export function viewOf<T extends TObject>(schema: T): (row: Partial<Static<T>>) => Static<T> {
  const members = Object.keys(schema.properties)
  return row =>
    Object.fromEntries(
      members.map(member => [member, (row as Record<string, unknown>)[member] ?? null]),
    ) as Static<T>
}

/** A member that clients of the hosted API read, and that nothing defines here: it is always null. */
export const AlwaysNull = (kind: TSchema, description: string) =>
  Type.Unsafe<null>({
    ...kind,
    type: [(kind as TSchema & { type: string }).type, 'null'],
    description: `${description} Always null.`,
    examples: [null],
  })

/** Whether a member has no column, because it is always null. */
export const isAlwaysNull = (kind: TSchema): boolean =>
  (kind as TSchema & { examples?: unknown[] }).examples?.[0] === null

/** Who wrote a record first and last. */
export const writers = {
  created_by: Nullable(
    Id({
      description:
        'Who created it: a credential or a user. Null: the command line, the server itself, or an earlier version.',
      examples: [7],
    }),
  ),
  updated_by: Nullable(Id({ description: 'Who changed it last.', examples: [7] })),
}
