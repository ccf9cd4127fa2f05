import type { Fault } from '../../errors.ts'
import { type Body, changesIn, isBlank } from '../../http/values/draft.ts'
import { Flag, faultOf, readValue, Text, Whole } from '../../http/values/values.ts'
import { type Choice, choiceTypes, mostChoices } from './schema.ts'
import type { CustomField } from './values.ts'

/** What a body wants of choices. */
export type ChoiceChanges = {
  added: Omit<Choice, 'id'>[]
  renamed: Partial<Choice>[]
  deleted: number[]
  /** how many choices there are afterwards */
  count: number
  faults: Fault[]
}

/** Reads `[{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]`; a bare text is a new choice. */
export function readChoiceChanges(raw: unknown, known: Choice[]): ChoiceChanges {
  const changes: ChoiceChanges = { added: [], renamed: [], deleted: [], count: known.length, faults: [] }
  const refuse = (type: string, message: string) => {
    changes.faults.push(faultOf('choices', { type, message }))
    return changes
  }
  if (typeof raw !== 'object' && !isBlank(raw)) return refuse('list', 'must be a list of choices.')
  const items = raw && typeof raw === 'object' ? Object.values(raw) : []
  if (items.length > mostChoices) return refuse('too_many', `must be at most ${mostChoices}.`)
  const targets = new Map(known.map(choice => [String(choice.id), choice]))
  items.forEach((item, index) => {
    const choice = (item && typeof item === 'object' ? item : { name: item }) as Body
    readChoiceChange(choice, `choices.${index}`, targets, changes)
  })
  changes.count = known.length + changes.added.length - new Set(changes.deleted).size
  return changes.count > mostChoices
    ? refuse('too_many', `must be at most ${mostChoices}, not ${changes.count}.`)
    : changes
}

/** Whether there is anything to do. */
export function changesChoices({ added, renamed, deleted }: ChoiceChanges): boolean {
  return added.length + renamed.length + deleted.length > 0
}

function readChoiceChange(
  choice: Body,
  field: string,
  known: Map<string, Choice>,
  changes: ChoiceChanges,
): void {
  const fault = (reading: { type: string; message: string }) =>
    changes.faults.push({ ...faultOf('choice', reading), field })
  const name = readValue(Text(255), choice.name ?? '')
  const sort = isBlank(choice.sort) ? undefined : readValue(Whole(), choice.sort)
  const isDeleted = readValue(Flag(), isBlank(choice.delete) ? 0 : choice.delete)
  if (!('value' in name)) return void fault(name)
  if (sort && !('value' in sort)) return void fault(sort)
  if (!('value' in isDeleted)) return void fault(isDeleted)
  const target = known.get(String(choice.id))
  if (!isBlank(choice.id) && !target)
    return void fault({ type: 'not_found', message: `${String(choice.id)} does not exist.` })
  if (target && isDeleted.value) return void changes.deleted.push(target.id)
  const isNamed = (name.value as string).trim() !== ''
  if (!target && !isNamed) return void fault({ type: 'required', message: 'needs a name.' })
  const position = sort && { sort: sort.value as number }
  if (!target)
    changes.added.push({ name: name.value as string, sort: known.size + changes.added.length, ...position })
  else {
    const wanted = { ...(isNamed && { name: name.value as string }), ...position }
    const changed = changesIn(wanted, target)
    if (changed) changes.renamed.push({ id: target.id, ...changed })
  }
}

type Definition = Pick<CustomField, 'type' | 'required' | 'choices'>

/** Everything that is wrong with the choices of a definition that is made or, when it is `known`, changed. */
export function faultsOfChoices(
  given: { type?: string; required?: number },
  changes: ChoiceChanges,
  known?: Definition,
): Fault[] {
  const type = known?.type ?? given.type
  const required = given.required ?? known?.required
  const isList = choiceTypes.includes(type ?? '')
  const fault = (type: string, message: string): Fault => ({ field: 'choices', type, message })
  return [
    ...changes.faults,
    ...equalNames(changes, known?.choices ?? []).map(name =>
      fault('unique', `Choices need different names: there are several called "${name}".`),
    ),
    ...(type && !isList && changes.added.length > 0
      ? [fault('choice', `Choices are for the types ${choiceTypes.join(', ')}.`)]
      : []),
    ...(isList && required === 1 && changes.count === 0 && !isUnanswerable(known)
      ? [fault('required', 'A list that must be answered needs at least one choice.')]
      : []),
  ]
}

/** A required list without choices has no answer: earlier versions made some, which can still be changed. */
const isUnanswerable = (known: Definition | undefined) => known?.required === 1 && known.choices.length === 0

/** Names that a change gives to a choice although another has them then: what earlier versions stored may stay. */
function equalNames({ added, renamed, deleted }: ChoiceChanges, known: Choice[]): string[] {
  const renames = new Map(renamed.map(choice => [choice.id, choice.name]))
  const gone = new Set(deleted)
  const kept = known.filter(({ id }) => !gone.has(id))
  const names = [...kept.map(({ id, name }) => renames.get(id) ?? name), ...added.map(({ name }) => name)]
  const count = Map.groupBy(names.map(canonicalName), name => name)
  const given = [...renames.values(), ...added.map(({ name }) => name)].filter(name => name !== undefined)
  return [...new Set(given.map(canonicalName))].filter(name => count.get(name)!.length > 1)
}

const canonicalName = (name: string) => name.trim().normalize()
