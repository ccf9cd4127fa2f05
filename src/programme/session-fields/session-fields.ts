import { mustBeValid } from '../../errors.ts'
import { type Body, isBlank } from '../../http/values/draft.ts'
import { faultOf, readValue, Text } from '../../http/values/values.ts'
import { Definitions } from '../../records/definitions/definitions.ts'
import { DefinitionQueries, type DefinitionRow } from '../../records/definitions/queries.ts'
import { lockSeatsOfAccount } from '../../records/events/queries.ts'
import { SessionField, SessionFieldInput, sessionFieldLists } from './schema.ts'

/** What sessions of an account say besides their own members. */
export const sessionFields = new Definitions(
  new DefinitionQueries({
    noun: 'Session field',
    table: 'session_fields',
    object: 'session_field',
    choices: { table: 'session_field_choices', owner: 'field_id' },
    within: 'account_id',
    channel: 'lectern_session_fields',
    holders: id => ({ table: 'sessions', object: 'session', within: 'account_id', id }),
    lockHolders: lockSeatsOfAccount,
    input: SessionFieldInput,
    record: SessionField,
    lists: sessionFieldLists,
  }),
  settingsIn,
)
export type SessionFieldRow = DefinitionRow<typeof SessionField>

/** Settings are kept as they are given; 422 for what is no object, and for a text of them that cannot be stored. */
export function settingsIn(body: Body): { settings?: object } {
  const { settings } = body
  const isObject = settings !== null && typeof settings === 'object' && !Array.isArray(settings)
  if (!isObject && isBlank(settings)) return {}
  const fault = isObject ? unstorableText(settings) : noObject
  mustBeValid(fault ? [faultOf('settings', fault)] : [])
  return { settings: settings as object }
}

/** What is wrong with the first text in a value, name or member, that cannot be stored. */
function unstorableText(value: unknown): { type: string; message: string } | undefined {
  if (typeof value === 'string') {
    const reading = readValue(anyText, value)
    return 'value' in reading ? undefined : reading
  }
  if (value === null || typeof value !== 'object') return undefined
  for (const inner of Object.entries(value).flat()) {
    const fault = unstorableText(inner)
    if (fault) return fault
  }
  return undefined
}

const noObject = { type: 'object', message: 'must be an object.' }
const anyText = Text(Number.MAX_SAFE_INTEGER)
