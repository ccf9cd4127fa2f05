import { escapeHtml } from '../../http/html.ts'
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

/** A line of text, such as a name. */
export function textQuestion(asked: Asked, attributes = ''): string {
  return withLabel(asked, `<input ${named(asked)} value="${text(asked.chosen[0])}" dir="auto" ${attributes}>`)
}

/** A question of an event as part of a form. */
export function questionField(
  question: EventQuestionRow,
  chosen: string[],
  fault: string | undefined,
): string {
  const asked: Asked = {
    name: attributeOf(question),
    label: question.name,
    hint: question.hint,
    isRequired: mustBeAnswered(question),
    chosen,
    fault,
  }
  if (question.type === 'textArea')
    return withLabel(asked, `<textarea ${named(asked)} dir="auto">\n${text(chosen[0])}</textarea>`)
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
const lineOf: Record<string, string> = {
  email: 'type="email"',
  phone: 'type="tel"',
  date: 'type="date"',
  time: 'type="time"',
  url: 'type="url"',
}

type Option = { id: string; name: string }
const optionsOf = ({ choices }: EventQuestionRow): Option[] =>
  choices.map(({ id, name }) => ({ id: String(id), name }))

function selection(asked: Asked, question: EventQuestionRow): string {
  const options = [{ id: '', name: 'Please choose' }, ...optionsOf(question)].map(
    ({ id, name }) =>
      `<option value="${id}"${asked.chosen.includes(id) ? ' selected' : ''}>${escapeHtml(name)}</option>`,
  )
  return `<select ${named(asked)} dir="auto">${options.join('')}</select>`
}

/** Nobody can take back a choice among radio buttons: one that may stay open has a button for that. */
function radios(asked: Asked, question: EventQuestionRow): string {
  const none = asked.isRequired ? [] : [{ id: '', name: 'No answer' }]
  const chosen = asked.chosen.length > 0 ? asked.chosen : ['']
  return boxes({ ...asked, chosen }, 'radio', [...optionsOf(question), ...none])
}

function boxes({ name, chosen }: Asked, type: 'radio' | 'checkbox', options: Option[]): string {
  return options
    .map(({ id, name: label }, index) => {
      const own = index === 0 ? ` id="${name}"` : ''
      const ticked = chosen.includes(id) ? ' checked' : ''
      return `<label class="box"><input type="${type}" name="${name}${type === 'checkbox' ? '[]' : ''}"${own} value="${id}"${ticked}><span dir="auto">${escapeHtml(label)}</span></label>`
    })
    .join('\n')
}

function tick(asked: Asked): string {
  const ticked = asked.chosen.includes('1') ? ' checked' : ''
  return `<div class="question"><label class="box"><input type="checkbox" ${named(asked)} value="1"${ticked}><span dir="auto">${labelOf(asked)}</span></label>${remarks(asked)}</div>`
}

function withLabel(asked: Asked, control: string): string {
  return `<div class="question"><label for="${asked.name}" dir="auto">${labelOf(asked)}</label>${remarks(asked)}${control}</div>`
}

function withLegend(asked: Asked, type: 'radio' | 'checkbox', controls: string): string {
  const role =
    type === 'radio'
      ? ` role="radiogroup" aria-required="${asked.isRequired}" aria-invalid="${asked.fault !== undefined}"`
      : ''
  return `<div class="question${asked.fault ? ' wrong' : ''}"><fieldset${role}${describedBy(asked)}><legend dir="auto">${labelOf(asked)}</legend>${remarks(asked)}${controls}</fieldset></div>`
}

const labelOf = ({ label, isRequired }: Asked) => `${escapeHtml(label)}${isRequired ? ' (required)' : ''}`

function remarks({ name, hint, fault }: Asked): string {
  return [
    hint ? `<p class="hint" id="${name}-hint" dir="auto">${escapeHtml(hint)}</p>` : '',
    fault ? `<p class="fault" id="${name}-fault" dir="auto">${escapeHtml(fault)}</p>` : '',
  ].join('')
}

function named(asked: Asked): string {
  const { name, isRequired, fault } = asked
  return `id="${name}" name="${name}"${isRequired ? ' required' : ''}${fault ? ' aria-invalid="true"' : ''}${describedBy(asked)}`
}

function describedBy({ name, hint, fault }: Asked): string {
  const ids = [...(hint ? [`${name}-hint`] : []), ...(fault ? [`${name}-fault`] : [])]
  return ids.length > 0 ? ` aria-describedby="${ids.join(' ')}"` : ''
}

/** HTML has no U+0000. */
const text = (value = '') => escapeHtml(value.replaceAll('\0', ''))
