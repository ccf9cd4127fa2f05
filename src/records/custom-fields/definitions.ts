import type { Db } from '../../db/connection.ts'
import { ApiError } from '../../errors.ts'
import { ignoringFields } from '../../http/ignored.ts'
import { type Listable, type Listing, readListing } from '../../http/lists/listing.ts'
import type { Call } from '../../http/operation.ts'
import { type Query, wordsOf } from '../../http/query.ts'
import type { Body } from '../../http/values/draft.ts'
import { choiceTypes } from './schema.ts'
import { attributeOf, type CustomField, customAttributes, isAttribute, unknownChoices } from './values.ts'

/** Definitions by who has them: an account, or an event. */
export type DefinitionsByOwner<F extends CustomField = CustomField> = {
  getKnowing(owner: string, strangersIn: (fields: F[]) => string[], db?: Db): Promise<F[]>
}

/** Names of attributes and choices that definitions do not know. */
type Strangers = (fields: CustomField[]) => string[]

/** What custom values, of bodies or stored ones, name that definitions do not know. */
export function strangersTo(...values: Body[]): Strangers {
  return fields => {
    const known = new Map(fields.map(field => [attributeOf(field), field]))
    const strangers: string[] = []
    for (const each of values)
      for (const name in each) {
        const field = known.get(name)
        if (!field && isAttribute(name)) strangers.push(name)
        if (field && choiceTypes.includes(field.type))
          strangers.push(...unknownChoices(field, each[name]).map(choice => `${name}=${choice}`))
      }
    return strangers
  }
}

/** The names in `fields`, as custom values without a value. */
export function namesAsked({ fields }: Query): Body {
  return Object.fromEntries(wordsOf(fields).map(name => [name, '']))
}

/** Names as ignored what `fields` asks for and no definition has. Throws 400 for a strict request. */
export function ignoreUnknownFields<P>({ request, query }: Call<P>, fields: CustomField[]): void {
  ignoringFields(request.ignored, strangersTo(namesAsked(query))(fields))
}

/**
 * Reads the query of a list whose items have custom values, and the definitions that it is read by. What cannot be read is
 * read once more by definitions that are current. Throws 400 naming what cannot be read.
 */
export async function readListingBy<F extends CustomField>(
  definitions: DefinitionsByOwner<F>,
  owner: number,
  query: Query,
  listable: Listable,
  db?: Db,
): Promise<{ listing: Listing; fields: F[] }> {
  const read = (fields: CustomField[]) =>
    readListing(query, {
      ...listable,
      attributes: { ...listable.attributes, ...customAttributes(fields) },
    })
  const asked = strangersTo(namesAsked(query))
  const strangersIn = (fields: F[]) => [...asked(fields), ...refusalOf(() => read(fields))]
  const fields = await definitions.getKnowing(String(owner), strangersIn, db)
  return { listing: read(fields), fields }
}

function refusalOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ApiError) return [error.message]
    throw error
  }
}
