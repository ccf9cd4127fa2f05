import type { Db } from '../../db/connection.ts'
import { type Listable, type Listing, readListing } from '../../http/lists/listing.ts'
import type { Call } from '../../http/operation.ts'
import type { Body } from '../../http/values/draft.ts'
import {
  type DefinitionsByOwner,
  ignoreUnknownFields,
  readListingBy,
  strangersTo,
} from '../custom-fields/definitions.ts'
import type { CustomField } from '../custom-fields/values.ts'

/** How a resource finds the definitions of its custom values; undefined when it has none. */
type FieldsIn<P> = ((parts: P) => DefinitionsByOwner) | undefined

/** Definitions that know what these values name. `db` is the transaction of a write. */
export async function fieldsFor<P>(
  { parts, account_id }: Call<P>,
  fieldsIn: FieldsIn<P>,
  values: Body[],
  db?: Db,
): Promise<CustomField[]> {
  return fieldsIn ? fieldsIn(parts).getKnowing(String(account_id), strangersTo(...values), db) : []
}

/** What a list is asked for, custom values included. Throws 400 naming what cannot be read. */
export async function listingFor<P>(call: Call<P>, fieldsIn: FieldsIn<P>, lists: Listable): Promise<Listing> {
  const { parts, account_id, query } = call
  if (!fieldsIn) return readListing(query, lists)
  const { listing, fields } = await readListingBy(fieldsIn(parts), account_id, query, lists)
  ignoreUnknownFields(call, fields)
  return listing
}
