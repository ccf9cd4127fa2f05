import type postgresTypes from 'postgres'
import type { Db, Fragment } from '../../db/connection.ts'
import { badRequest } from '../../errors.ts'

/** Most characters of JSON that the items of a page take. */
const pageLimit = 16_000_000
/** Rows that are in the hands of the driver at a time: each may be as long as a body. */
const partSize = 25

/** The rows of a page: which they are, in which order, and how few of them are the whole list. */
export type PageRows = {
  where: Fragment
  order: Fragment
  /** of a first page that is expected to have few rows: when it has fewer than this, there are no others */
  fullAt?: number | undefined
}

/**
 * A page of a list, and how many rows the whole list has, both of the same moment. `columns` is what is selected, with where it
 * is read from; `source` is what is counted. They are one statement: two cost a small page as much as its rows. A page that is
 * expected to have few rows is counted only when it is full, by another.
 */
export async function readPage<T extends object>(
  db: Db,
  { columns, source, where, order, fullAt }: PageRows & { columns: Fragment; source: Fragment },
  areShort = false,
): Promise<{ rows: T[]; total: number }> {
  const count = db`select count(*)::int as list_total from ${source} ${where}`
  if (fullAt !== undefined) {
    const rows = await rowsOfPage(db<T[]>`select ${columns} ${where} ${order}`, areShort)
    if (rows.length < fullAt) return { rows, total: rows.length }
    const [counted] = await db<[Counted]>`${count}`
    return { rows, total: counted.list_total }
  }
  const rows = await rowsOfPage(
    db<(T & Counted)[]>`select (${count}), ${columns} ${where} ${order}`,
    areShort,
  )
  const [{ list_total }] = rows.length > 0 ? (rows as [T & Counted]) : await db<[Counted]>`${count}`
  return { rows, total: list_total }
}

type Counted = { list_total: number }

/**
 * The rows of a page. Unless they are short they are read in parts, so that no more than a page and a part is in memory, and
 * it throws 400 when they are larger than a page may be; a single row never is.
 */
async function rowsOfPage<T extends object>(
  query: postgresTypes.PendingQuery<T[]>,
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
