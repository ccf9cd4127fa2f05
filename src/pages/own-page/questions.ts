import { type Hole, type Html, html, inLines } from '../../http/html.ts'
import { attributeOf, mustBeAnswered } from '../../records/custom-fields/values.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'

/** One thing that is asked for, what is in it now, and what is wrong with that. */
type Asked = {
  name: string
  label: string
  hint: string | null
  isRequired: boolean
  chosen: string[]
  fault: string | undefined
}

/** What a form asks, by its definition. */
export type Question = Pick<
  EventQuestionRow,
  'id' | 'name' | 'type' | 'hint' | 'required' | 'choices' | 'allow_html'
>

/** A line of text, such as a name. */
export function textQuestion(asked: Asked, attributes?: Html): Html {
  return withLabel(
    asked,
    html`<input ${named(asked)} value="${text(asked.chosen[0])}" dir="auto" ${attributes}>`,
  )
}

/** A question of an event as part of a form. */
export function questionField(
  question: Question,
  chosen: string[],
  fault: string | undefined,
  name = attributeOf(question),
): Html {
  const asked: Asked = {
    name,
    label: question.name,
    hint: question.hint,
    isRequired: mustBeAnswered(question),
    chosen,
    fault,
  }
  if (question.type === 'textArea')
    return withLabel(asked, html`<textarea ${named(asked)} dir="auto">\n${text(chosen[0])}</textarea>`)
  if (question.type === 'dropDownList') return withLabel(asked, selection(asked, question))
  if (question.type === 'radioList') return withLegend(asked, 'radio', radios(asked, question))
  if (question.type === 'checkboxList')
    return withLegend(asked, 'checkbox', boxes(asked, 'checkbox', optionsOf(question)))
  if (question.type === 'flag') return tick(asked)
  return textQuestion(asked, lineOf[question.type])
}

/**
 * What a text line of a type is made for: keyboards of phones follow it. Those for decimal numbers lack the minus, and in
 * many languages the point.
 */
const lineOf: Record<string, Html> = {
  email: html`type="email"`,
  phone: html`type="tel"`,
  date: html`type="date"`,
  time: html`type="time"`,
  url: html`type="url"`,
}

type Option = { id: string; name: string }
const optionsOf = ({ choices }: Question): Option[] =>
  choices.map(({ id, name }) => ({ id: String(id), name }))

function selection(asked: Asked, question: Question): Html {
  const options = [{ id: '', name: 'Please choose' }, ...optionsOf(question)].map(
    ({ id, name }) => html`<option value="${id}"${asked.chosen.includes(id) && ' selected'}>${name}</option>`,
  )
  return html`<select ${named(asked)} dir="auto">${options}</select>`
}

/** Nobody can take back a choice among radio buttons: one that may stay open has a button for that. */
function radios(asked: Asked, question: Question): Html {
  const none = asked.isRequired ? [] : [{ id: '', name: 'No answer' }]
  const chosen = asked.chosen.length > 0 ? asked.chosen : ['']
  return boxes({ ...asked, chosen }, 'radio', [...optionsOf(question), ...none])
}

function boxes({ name, chosen }: Asked, type: 'radio' | 'checkbox', options: Option[]): Html {
  return inLines(
    options.map(({ id, name: label }, index) => {
      const own = index === 0 && html` id="${name}"`
      const ticked = chosen.includes(id) && ' checked'
      return html`<label class="box"><input type="${type}" name="${name}${type === 'checkbox' && '[]'}"${own} value="${id}"${ticked}><span dir="auto">${label}</span></label>`
    }),
  )
}

function tick(asked: Asked): Html {
  const ticked = asked.chosen.includes('1') && ' checked'
  return html`<div class="question"><label class="box"><input type="checkbox" ${named(asked)} value="1"${ticked}><span dir="auto">${labelOf(asked)}</span></label>${remarks(asked)}</div>`
}

function withLabel(asked: Asked, control: Html): Html {
  return html`<div class="question"><label for="${asked.name}" dir="auto">${labelOf(asked)}</label>${remarks(asked)}${control}</div>`
}

function withLegend(asked: Asked, type: 'radio' | 'checkbox', controls: Html): Html {
  const role =
    type === 'radio' &&
    html` role="radiogroup" aria-required="${String(asked.isRequired)}" aria-invalid="${String(asked.fault !== undefined)}"`
  return html`<div class="question${asked.fault && ' wrong'}"><fieldset${role}${describedBy(asked)}><legend dir="auto">${labelOf(asked)}</legend>${remarks(asked)}${controls}</fieldset></div>`
}

const labelOf = ({ label, isRequired }: Asked) => `${label}${isRequired ? ' (required)' : ''}`

function remarks({ name, hint, fault }: Asked): Hole[] {
  return [
    hint && html`<p class="hint" id="${name}-hint" dir="auto">${hint}</p>`,
    fault && html`<p class="fault" id="${name}-fault" dir="auto">${fault}</p>`,
  ]
}

function named(asked: Asked): Html {
  const { name, isRequired, fault } = asked
  return html`id="${name}" name="${name}"${isRequired && ' required'}${fault && html` aria-invalid="true"`}${describedBy(asked)}`
}

function describedBy({ name, hint, fault }: Asked): Hole {
  const ids = [...(hint ? [`${name}-hint`] : []), ...(fault ? [`${name}-fault`] : [])]
  return ids.length > 0 && html` aria-describedby="${ids.join(' ')}"`
}

/** HTML has no U+0000. */
const text = (value = '') => value.replaceAll('\0', '')
