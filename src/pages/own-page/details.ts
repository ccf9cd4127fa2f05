import Type from 'typebox'
import type { Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, readUpdate } from '../../http/values/draft.ts'
import { choiceTypes } from '../../records/custom-fields/schema.ts'
import {
  attributeOf,
  mustBeAnswered,
  readCustomValues,
  type StoredValues,
} from '../../records/custom-fields/values.ts'
import type { DeskOrder } from '../../registration/desk/order.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'
import { RegistrantInput } from '../../registration/registrants/schema.ts'
import { emptyWish, type Wish } from '../../seats/rules/wish.ts'
import { missingAnswer, missingName } from './missing.ts'
import type { Question } from './questions.ts'
import { mayChange, type OwnOrder, type Visit } from './visit.ts'

const { first_name, last_name } = RegistrantInput.properties
const Names = Type.Object({ first_name, last_name })

/**
 * What saves names and answers for the person whose page it is, and finishes a registration that is not finished; with
 * `again` also one that has run out. Faults are every question that has to be answered and is not, and that no name is
 * left. It is refused with 412 when the registration changed after the visit was opened: its status decides what is meant.
 */
export function detailsFor(visit: Visit, actor: Actor, body: Body, again: boolean): OwnOrder {
  const { person, questions } = visit
  const names = readUpdate(Names, textsOf(body))
  const given = answersIn(visit, body)
  const answers = readCustomValues(questions, given, {})
  const faults = [
    ...(names.faults.length > 0 ? names.faults : missingName({ ...person, ...names.given })),
    ...answers.faults,
    ...untickedIn(questions, answers.values),
  ]
  // A person who can save nothing is told that, by the rules of seats.
  const maySave = mayChange(visit) || (again && visit.standing === 'expired')
  const status = person.registration_status
  const finishes = status === 'in_progress' || (again && status === 'expired')
  const wish: Wish = {
    ...emptyWish,
    by: 'attendee',
    registrant_id: person.id,
    ...(finishes && { status: 'confirmed' as const }),
  }
  const order: DeskOrder = {
    event_id: person.event_id,
    actor: { ...actor, ifMatch: `"${person.version}-"` },
    wish,
    change: {
      given: names.given,
      addresses: {},
      answers: answers.values,
      unanswered: Object.keys(given).filter(attribute => !(attribute in answers.values)),
    },
    ...(finishes && { letter: 'confirmation' as const }),
  }
  return { order, faults: maySave ? faults.map(fault => inWords(questions, fault)) : [] }
}

/** What a form says of a question: texts, of which lists may have several. */
export function textsIn(body: Body, name: string): string[] | undefined {
  if (!Object.hasOwn(body, name)) return undefined
  const raw = body[name]
  return (Array.isArray(raw) ? raw : [raw]).filter(text => typeof text === 'string')
}

/** A form leaves out boxes that are not ticked; other questions that it leaves out keep their answer. */
function answersIn({ person, questions }: Visit, body: Body): Body {
  const given: Body = {}
  for (const question of questions) {
    const attribute = attributeOf(question)
    const texts = textsIn(body, attribute)
    const isBox = question.type === 'flag' || choiceTypes.includes(question.type)
    if (texts) given[attribute] = question.type === 'checkboxList' ? texts : (texts.at(-1) ?? '')
    else if (question.type === 'flag' && !question.required) given[attribute] = '0'
    else if (isBox || person.custom_fields[attribute] === undefined) given[attribute] = ''
  }
  return given
}

/** A form says 0 only where somebody wrote it. */
export function untickedIn(questions: Question[], answers: StoredValues): Fault[] {
  return questions
    .filter(
      question =>
        question.type === 'flag' && mustBeAnswered(question) && answers[attributeOf(question)] === 0,
    )
    .map(missingAnswer)
}

const textsOf = (body: Body): Body =>
  Object.fromEntries(
    Object.keys(Names.properties).flatMap(
      name =>
        textsIn(body, name)
          ?.slice(-1)
          .map(text => [name, text]) ?? [],
    ),
  )

/** What is wrong with a name or an answer, as a sentence for the person who gave it; its label stands beside it. */
export function inWords(questions: Pick<EventQuestionRow, 'id' | 'name' | 'type'>[], fault: Fault): Fault {
  const question = questions.find(candidate => attributeOf(candidate) === fault.field)
  if (fault.type === 'required') return question ? missingAnswer(question) : fault
  const known = words[question && fault.type === 'pattern' ? question.type : fault.type]
  const rest = fault.message.slice((question?.name ?? fault.field).length + 1)
  return { ...fault, message: known ?? `This ${rest}` }
}

const words: Record<string, string> = {
  email: 'Please write an e-mail address, such as ada@example.com.',
  phone: 'Please write a phone number, such as +32 2 123 45 67.',
  url: 'Please write a whole web address, such as https://example.com.',
  date: 'Please write a date of the calendar, as YYYY-MM-DD.',
  time: 'Please write a time of day, such as 14:30.',
  number: 'Please write a number, such as 12.5.',
  choice: 'Please choose from the list.',
}
