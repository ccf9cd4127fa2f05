import type { Fault } from '../../errors.ts'
import { attributeOf, mustBeAnswered, type StoredValues } from '../../records/custom-fields/values.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'

/** What is known of a person, and what attendees are asked. */
type Known = { first_name: string | null; last_name: string | null; custom_fields: StoredValues }

/**
 * What a person has to tell before they take a seat or finish their registration, as faults of the form that asks for it:
 * a first or a last name, and every required answer.
 */
export function missingDetails(person: Known, questions: EventQuestionRow[]): Fault[] {
  return [
    ...missingName(person),
    ...questions
      .filter(question => mustBeAnswered(question) && !isAnswered(question, person.custom_fields))
      .map(missingAnswer),
  ]
}

/** A fault when no name would be left: some people have one name only, and either field may hold it. */
export function missingName({ first_name, last_name }: Omit<Known, 'custom_fields'>): Fault[] {
  if ([first_name, last_name].some(name => name !== null && visible.test(name))) return []
  return [{ field: 'first_name', type: 'required', message: 'Please write a first or a last name.' }]
}

/** A required question without its answer. */
export function missingAnswer(question: Pick<EventQuestionRow, 'id' | 'type'>): Fault {
  const message = question.type === 'flag' ? 'Please tick this box.' : 'Please answer this question.'
  return { field: attributeOf(question), type: 'required', message }
}

/** A box that must be ticked is not answered by being left empty. */
function isAnswered(question: EventQuestionRow, stored: StoredValues): boolean {
  const answer = stored[attributeOf(question)]
  return question.type === 'flag' ? answer === 1 : answer !== undefined
}

/** Characters that leave a trace: neither blanks nor controls nor what only changes others. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}]/u
