import type { Db } from '../../db/connection.ts'
import type { Attribute } from '../../http/lists/attributes.ts'
import { areShort, columnsOf, type Listing, storedFields } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { type RegistrantRow, withSelections } from './queries.ts'
import { RegistrantInput, registrantLists } from './schema.ts'

/** Columns that lists read. */
const listed = [
  ...Object.keys(RegistrantInput.properties),
  ...[
    'id',
    'addresses',
    'custom_fields',
    'created_at',
    'updated_at',
    'contact_id',
    'profile_picture',
    'created_by',
    'updated_by',
  ],
  ...['registered_at', 'cancelled_at', 'checked_in_at', 'hold_expires_at', 'expired_session_ids'],
]

/** A page of the registrants of an event. */
export async function listRegistrants(db: Db, event: OwnEvent, listing: Listing) {
  const page = pageOfEvent(db, 'r.event_id', event, listing)
  const columns = columnsOf(db, 'r', listed, registrantLists, listing)
  const isStored = storedFields(registrantLists, listing)
  const source = db`registrants r`
  const read = {
    columns: isStored ? db`${columns} from ${source}` : withSelections(db, columns),
    source,
    ...page,
  }
  return readPage<RegistrantRow>(db, read, areShort(registrantLists, listing))
}

/**
 * Registrants are searched by their sessions: `session_ids=12` is who has a seat in it, `waitlisted_session_ids=12` who
 * waits.
 */
export const seatAttributes: Record<string, Attribute> = {
  session_ids: selectionAttribute('selected', 'held'),
  waitlisted_session_ids: selectionAttribute('waitlisted', 'offered'),
}

function selectionAttribute(...states: string[]): Attribute {
  return {
    // Ids are read once, and their registrants looked up; the offset keeps the other a look at each one's own selections:
    // never a join whose cost hangs on how many the planner believes there are, or on other events.
    holds: (db, alias, ids) => {
      const id = db(`${alias}.id`)
      return ids
        ? db`${id} = any(array(
            select registrant_id from selections
            where session_id = any(${ids}::bigint[]) and state = any(${states}::text[])))`
        : db`exists (
            select from selections s where s.registrant_id = ${id} and s.state = any(${states}::text[]) offset 0)`
    },
  }
}
