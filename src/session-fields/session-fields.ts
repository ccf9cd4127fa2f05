import { type Db, transaction } from '../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { type Body, readNew, readUpdate, settle } from '../http/draft.ts'
import { mustMatchVersion } from '../http/etag.ts'
import { faultOf, readValue, Text, Whole } from '../http/values.ts'
import { dropChoices, dropCustomValues } from '../sessions/clear-queries.ts'
import {
  announceFields,
  deleteChoices,
  deleteSessionField,
  findSessionField,
  insertChoices,
  insertSessionField,
  lockSessionField,
  type SessionFieldRow,
  updateChoice,
  updateSessionField,
} from './queries.ts'
import { type Choice, choiceTypes, SessionFieldInput } from './schema.ts'
import { attributeOf } from './values.ts'

/** Creates a session field with its choices. Throws 422. */
export async function createSessionField(db: Db, actor: Actor, body: Body): Promise<SessionFieldRow> {
  const draft = readNew(SessionFieldInput, body)
  const changes = readChoiceChanges(body.choices, [])
  draft.faults.push(...changes.faults, ...faultsOfChoices(draft.given.type, changes))
  const field = settle(draft)
  return transaction(db, async tx => {
    const id = await insertSessionField(tx, actor, { ...field, ...settingsIn(body) })
    await applyChoiceChanges(tx, actor, id, changes)
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
    await mustLockSessionField(tx, actor, id)
    const known = await mustFindSessionField(tx, actor.account_id, id)
    const draft = readUpdate(SessionFieldInput, body)
    const changes = readChoiceChanges(body.choices, known.choices)
    draft.faults.push(...changes.faults, ...faultsOfChoices(known.type, changes))
    const { type: _fixed, ...given } = settle(draft)
    const set = { ...given, ...settingsIn(body) }
    const { added, renamed, deleted } = changes
    if (Object.keys(set).length + added.length + renamed.length + deleted.length === 0) return known
    await applyChoiceChanges(tx, actor, id, changes)
    await updateSessionField(tx, actor, id, set)
    await announceFields(tx, actor.account_id)
    return mustFindSessionField(tx, actor.account_id, id)
  })
}

/** Deletes a field, and its value in every session. */
export async function removeSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    await mustLockSessionField(tx, actor, id)
    await dropCustomValues(tx, actor, attributeOf({ id }))
    await deleteSessionField(tx, actor, id)
    await announceFields(tx, actor.account_id)
  })
}

export async function mustFindSessionField(db: Db, account_id: number, id: number): Promise<SessionFieldRow> {
  const field = await findSessionField(db, account_id, id)
  if (!field) throw notFound('Session field', id)
  return field
}

async function mustLockSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  const field = await lockSessionField(db, actor.account_id, id)
  if (!field) throw notFound('Session field', id)
  mustMatchVersion(actor.ifMatch, field.version)
}

type ChoiceChanges = {
  added: Omit<Choice, 'id'>[]
  renamed: Partial<Choice>[]
  deleted: number[]
  faults: Fault[]
}

/** `[{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]`; a bare text is a new choice. */
function readChoiceChanges(raw: unknown, known: Choice[]): ChoiceChanges {
  const changes: ChoiceChanges = { added: [], renamed: [], deleted: [], faults: [] }
  const items = Array.isArray(raw) ? raw : raw && typeof raw === 'object' ? Object.values(raw) : []
  items.forEach((item, index) => {
    const choice = (item && typeof item === 'object' ? item : { name: item }) as Body
    readChoiceChange(choice, `choices.${index}`, known, changes)
  })
  return changes
}

function readChoiceChange(choice: Body, field: string, known: Choice[], changes: ChoiceChanges): void {
  const fault = (reading: { type: string; message: string }) =>
    changes.faults.push({ ...faultOf('choice', reading), field })
  const name = readValue(Text(255), choice.name ?? '')
  const sort = choice.sort === undefined ? undefined : readValue(Whole(), choice.sort)
  if (!('value' in name)) return void fault(name)
  if (sort && !('value' in sort)) return void fault(sort)
  const hasId = choice.id !== undefined && choice.id !== null && choice.id !== ''
  const target = known.find(candidate => String(candidate.id) === String(choice.id))
  if (hasId && !target)
    return void fault({ type: 'not_found', message: `${String(choice.id)} does not exist.` })
  if (target && ['true', '1'].includes(String(choice.delete).toLowerCase()))
    return void changes.deleted.push(target.id)
  const isNamed = (name.value as string).trim() !== ''
  if (!target && !isNamed) return void fault({ type: 'required', message: 'needs a name.' })
  const position = sort && { sort: sort.value as number }
  if (!target)
    changes.added.push({ name: name.value as string, sort: known.length + changes.added.length, ...position })
  else if (isNamed || position)
    changes.renamed.push({ id: target.id, ...(isNamed && { name: name.value as string }), ...position })
}

function faultsOfChoices(type: string | undefined, { added }: ChoiceChanges): Fault[] {
  if (added.length === 0 || !type || choiceTypes.includes(type)) return []
  return [
    { field: 'choices', type: 'choice', message: `Choices are for the types ${choiceTypes.join(', ')}.` },
  ]
}

async function applyChoiceChanges(
  db: Db,
  actor: Actor,
  id: number,
  { added, renamed, deleted }: ChoiceChanges,
): Promise<void> {
  await insertChoices(db, id, added)
  for (const choice of renamed) await updateChoice(db, id, choice)
  if (deleted.length === 0) return
  await deleteChoices(db, id, deleted)
  await dropChoices(db, actor, attributeOf({ id }), deleted)
}

function settingsIn(body: Body): { settings?: Record<string, unknown> } {
  const { settings } = body
  if (!settings || typeof settings !== 'object' || Array.isArray(settings)) return {}
  mustBeValid(
    hasNullCharacter(settings)
      ? [faultOf('settings', { type: 'null_character', message: 'must not contain the character U+0000.' })]
      : [],
  )
  return { settings: settings as Record<string, unknown> }
}

function hasNullCharacter(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  return value !== null && typeof value === 'object' && Object.entries(value).flat().some(hasNullCharacter)
}
