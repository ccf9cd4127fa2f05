import type postgresTypes from 'postgres'
import { badRequest } from '../../errors.ts'

/** Most characters of JSON that the items of a page take. */
const pageLimit = 16_000_000
/** Rows that are in the hands of the driver at a time: each may be as long as a body. */
const partSize = 25

/**
 * The rows of a page. Unless they are short they are read in parts, so that no more than a page and a part is in memory, and
 * it throws 400 when they are larger than a page may be; a single row never is.
 */
export async function rowsOfPage<T extends object>(
  query: postgresTypes.PendingQuery<(T & postgresTypes.Row)[]>,
  areShort = false,
): Promise<T[]> {
  if (areShort) return query
  const rows: T[] = []
  let size = 0
  for await (const part of query.cursor(partSize))
    for (const row of part) {
      size += sizeOf(row)
      if (size > pageLimit && rows.length > 0) throw tooLarge(rows.length)
      rows.push(row as T)
    }
  return rows
}

/** Throws 400 when items are larger than a page may be; a single one never is. */
export function mustFit(items: unknown[]): void {
  let size = 0
  for (const [place, item] of items.entries()) {
    size += sizeOf(item)
    if (size > pageLimit && place > 0) throw tooLarge(place)
  }
}

const tooLarge = (fitting: number) =>
  badRequest(
    'page_too_large',
    `The items of this page are larger than ${pageLimit / 1_000_000} MB. Ask for fewer of them, with per-page=${fitting} or less, or for fewer fields.`,
  )

/** About as many characters as a value takes in JSON. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  let size = 2
  for (const name in value) size += name.length + 4 + sizeOf((value as Record<string, unknown>)[name])
  return size
}
