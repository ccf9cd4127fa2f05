import { type Html, html, inLines } from '../../http/html.ts'
import type { Body } from '../../http/values/draft.ts'
import { choiceTypes } from '../../records/custom-fields/schema.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'
import { textsIn } from './details.ts'
import { questionField, textQuestion } from './questions.ts'
import type { Visit } from './visit.ts'

/** A form that was refused: what was in it, if it was sent, and what is wrong with its fields. */
export type Refused = { body?: Body; faults: Map<string, string> }

const headings = { unfinished: 'Finish your registration', expired: 'Register again', open: 'Your details' }
const buttons = { unfinished: 'Finish registration', expired: 'Register again', open: 'Save' }

/** Names and the questions of the event; nothing when nothing may be changed any more. */
export function detailsForm(visit: Visit, path: string, refused?: Refused): Html | null {
  const { person, questions, standing } = visit
  if (standing === 'closed' || standing === 'inactive') return null
  const faultOf = (name: string) => refused?.faults.get(name)
  const name = (name: 'first_name' | 'last_name', label: string, autocomplete: string) =>
    textQuestion(
      {
        name,
        label,
        hint: name === 'first_name' ? 'A first or a last name is needed.' : null,
        isRequired: false,
        chosen: (refused?.body && textsIn(refused.body, name)) ?? [person[name] ?? ''],
        fault: faultOf(name),
      },
      html`autocomplete="${autocomplete}"`,
    )
  return html`<section aria-labelledby="details"><h2 id="details">${headings[standing]}</h2>
<p>E-mails go to <bdi>${person.email}</bdi>.</p>
<form method="post" action="${path}/${standing === 'expired' ? 'again' : 'details'}" novalidate>
${name('first_name', 'First name', 'given-name')}
${name('last_name', 'Last name', 'family-name')}
${inLines(
  questions.map(question =>
    questionField(question, chosenOf(visit, question, refused), faultOf(attributeOf(question))),
  ),
)}
<button class="main">${buttons[standing]}</button>
</form></section>`
}

/** What was in the form; for one that is opened, what is stored. */
function chosenOf({ person }: Visit, question: EventQuestionRow, refused?: Refused): string[] {
  const attribute = attributeOf(question)
  if (refused?.body) return textsIn(refused.body, attribute) ?? []
  const stored = person.custom_fields[attribute] ?? null
  if (choiceTypes.includes(question.type)) return ((stored as number[] | null) ?? []).map(String)
  return stored === null ? [] : [String(stored)]
}
