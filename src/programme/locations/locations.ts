import { PlainQueries } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { clearLocation } from '../sessions/clear-queries.ts'
import { Location, LocationInput, locationLists } from './schema.ts'

/** Rooms, and other places of an event. */
export const locations = new PlainRecords(
  new PlainQueries({
    noun: 'Location',
    tag: 'Locations',
    name: 'Location',
    path: 'locations',
    table: 'locations',
    object: 'location',
    input: LocationInput,
    record: Location,
    lists: locationLists,
    deletion: 'Sessions that use it are left without a location.',
    clear: clearLocation,
  }),
)
