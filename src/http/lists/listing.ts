import { type Db, type Fragment, joined } from '../../db/connection.ts'
import { ApiError, badRequest } from '../../errors.ts'
import { type Query, readId, wordsOf } from '../query.ts'
import { type Attribute, orderOf } from './attributes.ts'
import { mustFit, type PageRows } from './page-size.ts'
import { type Condition, isJoinedByOr, readSearch, whereOf } from './search.ts'

/** What a resource lets lists do with it. Attributes are named as on the wire, which is as in the database. */
export type Listable = {
  attributes: Record<string, Attribute>
  /** fields of a list that names none (the sparse projection) */
  sparse: string[]
  /** names that `expand` knows */
  expansions?: readonly string[]
  /** fields that leave as they are stored, in a column of their own: who asks for no others gets just these columns */
  stored?: readonly string[]
  /** columns that may be long, and the fields and related objects that are made of them: read only for who asks for one */
  long?: Record<string, RegExp>
}

/** A list as it was asked for (docs/contract.md §3). */
export type Listing = {
  page: number
  perPage: number
  /** undefined: everything */
  fields: Set<string> | undefined
  expand: Set<string>
  ids: number[] | undefined
  sort: { name: string; column: NonNullable<Attribute['column']>; descending: boolean }[]
  search: Condition[]
  joinByOr: boolean
}

/** Which fields and related objects a reader wants; a single read without `fields` is the full record. */
export type Projection = Pick<Listing, 'fields' | 'expand'>

const perPageLimit = 1000
const perPageLimitExpanded = 200
const mostOrders = 20

/** Reads the query of a list. Throws 400 naming a parameter that cannot be read: no filter is silently ignored. */
export function readListing(query: Query, listable: Listable): Listing {
  const expand = new Set(wordsOf(query.expand).filter(name => listable.expansions?.includes(name)))
  const limit = expand.size > 0 ? perPageLimitExpanded : perPageLimit
  const fields = wordsOf(query.fields)
  return {
    page: readCount(query.page, 'page', 1),
    perPage: Math.min(readCount(query['per-page'] ?? query.per_page, 'per-page', 20), limit),
    fields: fields.includes('*') ? undefined : new Set(fields.length > 0 ? fields : listable.sparse),
    expand,
    ids: readIds(query.ids),
    sort: readOrder(query.sort, listable),
    search: readSearch(query, listable.attributes),
    joinByOr: isJoinedByOr(query.searchCondition),
  }
}

/** Reads `fields` and `expand` of a single read. */
export function readProjection(query: Query, listable: Listable): Projection {
  const fields = wordsOf(query.fields)
  return {
    fields: fields.length === 0 || fields.includes('*') ? undefined : new Set(fields),
    expand: new Set(wordsOf(query.expand).filter(name => listable.expansions?.includes(name))),
  }
}

/** The event that a list is of. Throws 400 when it is missing. */
export function mustNameEvent(query: Query): number {
  const id = readId(query.event_id)
  if (id) return id
  if ((query.event_id ?? '').trim() === '')
    throw badRequest('missing_parameter', 'event_id is required: name the event to list.')
  throw new ApiError(404, 'not_found', `Event ${query.event_id} does not exist.`)
}

/**
 * The conditions, and the order and page, of a list of what one owner has: `column`, such as `s.event_id`, says whose a row
 * is. It is written as a range, so that it is something to sort by: pages come from an index that begins with it, and never
 * from the primary key, along which the rows of other owners lie. Ties are broken by id, so that pages neither repeat nor
 * skip a row.
 */
export function pageWithin(db: Db, column: string, owner_id: number, listing: Listing): PageRows {
  const [alias = ''] = column.split('.')
  const { sort, page, perPage } = listing
  // An id is never null, and its indexes say nothing of that.
  const asked = sort.map(({ name, column, descending }) =>
    name === 'id'
      ? db`${column(db, alias)} ${descending ? db`desc` : db`asc`},`
      : db`${column(db, alias)} ${descending ? db`desc nulls last` : db`asc nulls first`},`,
  )
  const sorted = asked.length > 0 ? joined(asked, (left, right) => db`${left} ${right}`) : db``
  const offset = Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER)
  return {
    // What is searched for is usually found a few times.
    fullAt: page === 1 && (listing.search.length > 0 || listing.ids) ? perPage : undefined,
    where: db`where ${db(column)} between ${owner_id} and ${owner_id} ${filterOf(db, listing, alias)}`,
    order: db`order by ${db(column)} ${sort[0]?.descending ? db`desc` : db`asc`}, ${sorted} ${db(`${alias}.id`)} limit ${perPage} offset ${offset}`,
  }
}

function filterOf(db: Db, { ids, search, joinByOr }: Listing, alias: string): Fragment {
  const id = db(`${alias}.id`)
  return db`${ids ? db`and ${id} = any(${ids}::bigint[])` : db``} ${whereOf(db, search, joinByOr, alias)}`
}

/** The fields that are asked for, when all of them leave as they are stored. */
export function storedFields({ stored }: Listable, { fields, expand }: Projection): string[] | undefined {
  if (!stored || !fields || expand.size > 0) return undefined
  const asked = [...fields]
  return asked.every(name => stored.includes(name)) ? asked : undefined
}

/** Whether rows of what is asked are short: all of it is stored, and none of it may be long. */
export function areShort(listable: Listable, listing: Listing): boolean {
  const stored = storedFields(listable, listing)
  return stored !== undefined && !stored.some(name => Object.hasOwn(listable.long ?? {}, name))
}

/**
 * The columns of the table with alias `alias` that are needed for what is asked, of these: the fields alone when all of them
 * are stored, else all less the long ones of which nothing is asked.
 */
export function columnsOf(
  db: Db,
  alias: string,
  columns: readonly string[],
  listable: Listable,
  listing: Listing,
): Fragment {
  const { long = {} } = listable
  const { fields, expand } = listing
  const stored = storedFields(listable, listing)
  if (stored) return db`${db(stored.map(column => `${alias}.${column}`))}`
  const asked = fields && [...fields, ...expand]
  const isRead = (column: string) =>
    !asked || !Object.hasOwn(long, column) || asked.some(name => long[column]!.test(name))
  return db`${db(columns.filter(isRead).map(column => `${alias}.${column}`))}`
}

/**
 * A page of a list as it leaves: items, links that repeat the query, and the numbers of the whole. Throws 400 when the
 * items, with what `expand` repeats in each, are larger than a page may be.
 */
export function renderPage<T>(items: T[], totalCount: number, listing: Listing, href: string): Page<T> {
  mustFit(items)
  const { page, perPage } = listing
  const pageCount = Math.ceil(totalCount / perPage)
  const link = (number: number) => {
    const url = new URL(href)
    url.searchParams.set('page', String(number))
    return { href: url.href }
  }
  return {
    items,
    _links: {
      self: link(page),
      first: link(1),
      last: link(Math.max(pageCount, 1)),
      ...(page < pageCount && { next: link(page + 1) }),
      ...(page > 1 && pageCount > 0 && { prev: link(Math.min(page - 1, pageCount)) }),
    },
    _meta: { totalCount, pageCount, currentPage: page, perPage },
  }
}

export type Page<T> = {
  items: T[]
  _links: Record<string, { href: string }>
  _meta: { totalCount: number; pageCount: number; currentPage: number; perPage: number }
}

/** Keeps the fields that were asked for. */
export function project<T extends Record<string, unknown>>(
  record: T,
  { fields, expand }: Projection,
): Partial<T> {
  if (!fields) return record
  const kept: Record<string, unknown> = {}
  for (const field of fields) if (Object.hasOwn(record, field)) kept[field] = record[field]
  for (const name of expand) if (Object.hasOwn(record, name)) kept[name] = record[name]
  return kept as Partial<T>
}

function readCount(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined || text.trim() === '') return fallback
  if (!/^\s*\d+\s*$/.test(text) || Number(text) < 1)
    throw badRequest('bad_parameter', `${name} must be a positive integer, not "${text}".`)
  return Math.min(Number(text), 1_000_000_000)
}

function readIds(text: string | undefined): number[] | undefined {
  const words = wordsOf(text)
  if (words.length === 0) return undefined
  if (words.length > 100) throw badRequest('bad_parameter', `ids takes at most 100 ids, not ${words.length}.`)
  return words.map(word => {
    const id = readId(word)
    if (!id) throw badRequest('bad_parameter', `ids takes positive integers, not "${word}".`)
    return id
  })
}

function readOrder(text: string | undefined, listable: Listable): Listing['sort'] {
  const words = wordsOf(text).filter(word => word !== '-')
  if (words.length > mostOrders)
    throw badRequest('bad_parameter', `sort takes at most ${mostOrders} attributes, not ${words.length}.`)
  return words.map(word => readSort(word, listable))
}

function readSort(word: string, { attributes }: Listable): Listing['sort'][number] {
  const name = word.replace(/^[-+]/, '')
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (!attribute) throw badRequest('bad_parameter', `sort: there is no attribute "${name}".`)
  const column = orderOf(attribute)
  if (!column) throw badRequest('bad_parameter', `sort: ${name} has no order.`)
  return { name, column, descending: word.startsWith('-') }
}
