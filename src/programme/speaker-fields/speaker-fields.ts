import type { Db } from '../../db/connection.ts'
import { Definitions } from '../../records/definitions/definitions.ts'
import { DefinitionQueries, type DefinitionRow } from '../../records/definitions/queries.ts'
import { SessionField, SessionFieldInput, sessionFieldLists } from '../session-fields/schema.ts'
import { settingsIn } from '../session-fields/session-fields.ts'

/** What speakers of an account say besides their own members. */
export const speakerFields = new Definitions(
  new DefinitionQueries({
    noun: 'Speaker field',
    table: 'speaker_fields',
    object: 'speaker_field',
    choices: { table: 'speaker_field_choices', owner: 'field_id' },
    within: 'account_id',
    channel: 'lectern_speaker_fields',
    holders: id => ({ table: 'speakers', object: 'speaker', within: 'account_id', id }),
    lockHolders: async (db: Db, id: number) => {
      await db`select from speakers where account_id = ${id} order by id for update`
    },
    input: SessionFieldInput,
    record: SessionField,
    lists: sessionFieldLists,
  }),
  settingsIn,
)
export type SpeakerFieldRow = DefinitionRow<typeof SessionField>
