import type { Db } from '../../db/connection.ts'
import { Definitions } from '../../records/definitions/definitions.ts'
import { DefinitionQueries, type DefinitionRow } from '../../records/definitions/queries.ts'
import { SessionField, SessionFieldInput, sessionFieldLists } from '../session-fields/schema.ts'
import { settingsIn } from '../session-fields/session-fields.ts'

/** What sponsors of an account say besides their own members. */
export const sponsorFields = new Definitions(
  new DefinitionQueries({
    noun: 'Sponsor field',
    table: 'sponsor_fields',
    object: 'sponsor_field',
    choices: { table: 'sponsor_field_choices', owner: 'field_id' },
    within: 'account_id',
    channel: 'lectern_sponsor_fields',
    holders: id => ({ table: 'sponsors', object: 'sponsor', within: 'account_id', id }),
    lockHolders: async (db: Db, id: number) => {
      await db`select from sponsors where account_id = ${id} order by id for update`
    },
    input: SessionFieldInput,
    record: SessionField,
    lists: sessionFieldLists,
  }),
  settingsIn,
)
export type SponsorFieldRow = DefinitionRow<typeof SessionField>
