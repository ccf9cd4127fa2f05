import { PlainRecords } from '../../records/plain/records.ts'
import { clearGroup } from '../registrants/clear-queries.ts'
import { GroupQueries } from './queries.ts'
import { RegistrantGroup, RegistrantGroupInput, registrantGroupLists } from './schema.ts'

/** Registrants who come together. */
export const registrantGroups = new PlainRecords(
  new GroupQueries({
    noun: 'Registrant group',
    tag: 'Registrant groups',
    name: 'RegistrantGroup',
    path: 'registrant-groups',
    table: 'registrant_groups',
    object: 'registrant_group',
    input: RegistrantGroupInput,
    record: RegistrantGroup,
    lists: registrantGroupLists,
    deletion: 'Its members are left without a group.',
    clear: clearGroup,
  }),
)
