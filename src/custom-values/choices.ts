import type { Fault } from '../errors.ts'
import { type Body, isBlank } from '../http/draft.ts'
import { Flag, faultOf, readValue, Text, Whole } from '../http/values.ts'
import { type Choice, choiceTypes, mostChoices } from './schema.ts'

/** What a body wants of choices. */
export type ChoiceChanges = {
  added: Omit<Choice, 'id'>[]
  renamed: Partial<Choice>[]
  deleted: number[]
  faults: Fault[]
}

/** Reads `[{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]`; a bare text is a new choice. */
export function readChoiceChanges(raw: unknown, known: Choice[]): ChoiceChanges {
  const changes: ChoiceChanges = { added: [], renamed: [], deleted: [], faults: [] }
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
  const count = known.length + changes.added.length - new Set(changes.deleted).size
  return count > mostChoices ? refuse('too_many', `must be at most ${mostChoices}, not ${count}.`) : changes
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
  else if (isNamed || position)
    changes.renamed.push({ id: target.id, ...(isNamed && { name: name.value as string }), ...position })
}

/** Only some types have choices to add. */
export function faultsOfChoices(type: string | undefined, { added }: ChoiceChanges): Fault[] {
  if (added.length === 0 || !type || choiceTypes.includes(type)) return []
  return [
    { field: 'choices', type: 'choice', message: `Choices are for the types ${choiceTypes.join(', ')}.` },
  ]
}
