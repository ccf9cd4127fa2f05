import { type Db, transaction } from '../../db/connection.ts'
import { mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, readNew, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { faultOf, readValue, Text } from '../../http/values.ts'
import { changesChoices, faultsOfChoices, readChoiceChanges } from '../../records/custom-fields/choices.ts'
import {
  dropChoices,
  dropValues,
  type Holders,
  lockChoices,
  writeChoices,
} from '../../records/custom-fields/queries.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { lockSeatsOfAccount } from '../../records/events/queries.ts'
import {
  announceFields,
  deleteSessionField,
  findSessionField,
  insertSessionField,
  lockSessionField,
  type SessionFieldRow,
  updateSessionField,
} from './queries.ts'
import { SessionFieldInput } from './schema.ts'

const fieldChoices = { table: 'session_field_choices', owner: 'field_id' } as const

/** Creates a session field with its choices. Throws 422. */
export async function createSessionField(db: Db, actor: Actor, body: Body): Promise<SessionFieldRow> {
  const draft = readNew(SessionFieldInput, body)
  const changes = readChoiceChanges(body.choices, [])
  draft.faults.push(...faultsOfChoices(draft.given, changes))
  const field = settle(draft)
  return transaction(db, async tx => {
    const id = await insertSessionField(tx, actor, { ...field, ...settingsIn(body) }, changes.added)
    await announceFields(tx, actor.account_id)
    return mustFindSessionField(tx, actor.account_id, id)
  })
}

/** Changes the given members of a field, and its choices. Sessions lose a choice that is deleted. */
export async function changeSessionField(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
): Promise<SessionFieldRow> {
  return transaction(db, async tx => {
    if (body.choices !== undefined) await lockSeatsOfAccount(tx, actor.account_id)
    await mustLockSessionField(tx, actor, id)
    const known = await mustFindSessionField(tx, actor.account_id, id)
    const draft = readUpdate(SessionFieldInput, body, known)
    const changes = readChoiceChanges(body.choices, known.choices)
    draft.faults.push(...faultsOfChoices(draft.given, changes, known))
    const { type: _fixed, ...given } = settle(draft)
    const set = changesIn({ ...given, ...settingsIn(body) }, known)
    if (!set && !changesChoices(changes)) return known
    if (changes.deleted.length > 0) await lockChoices(tx, fieldChoices, id)
    await writeChoices(tx, fieldChoices, id, changes)
    if (changes.deleted.length > 0)
      await dropChoices(tx, actor, sessionsOf(actor), attributeOf({ id }), changes.deleted)
    await updateSessionField(tx, actor, id, set ?? {}, known.choices)
    await announceFields(tx, actor.account_id)
    return mustFindSessionField(tx, actor.account_id, id)
  })
}

/** Deletes a field, and its value in every session. */
export async function removeSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    await lockSeatsOfAccount(tx, actor.account_id)
    await mustLockSessionField(tx, actor, id)
    await lockChoices(tx, fieldChoices, id)
    await dropValues(tx, actor, sessionsOf(actor), attributeOf({ id }))
    await deleteSessionField(tx, actor, id)
    await announceFields(tx, actor.account_id)
  })
}

export async function mustFindSessionField(db: Db, account_id: number, id: number): Promise<SessionFieldRow> {
  const field = await findSessionField(db, account_id, id)
  if (!field) throw notFound('Session field', id)
  return field
}

const sessionsOf = ({ account_id }: Actor): Holders => ({
  table: 'sessions',
  object: 'session',
  within: 'account_id',
  id: account_id,
})

async function mustLockSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  const field = await lockSessionField(db, actor.account_id, id)
  if (!field) throw notFound('Session field', id)
  mustMatchVersion(actor.ifMatch, field.version)
}

function settingsIn(body: Body): { settings?: Record<string, unknown> } {
  const { settings } = body
  if (!settings || typeof settings !== 'object' || Array.isArray(settings)) return {}
  const fault = unstorableText(settings)
  mustBeValid(fault ? [faultOf('settings', fault)] : [])
  return { settings: settings as Record<string, unknown> }
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

const anyText = Text(Number.MAX_SAFE_INTEGER)
