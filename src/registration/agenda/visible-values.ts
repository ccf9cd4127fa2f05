import { asHtml, type Html, html, inLines } from '../../http/html.ts'
import { readHtml } from '../../http/values/safe-html.ts'
import {
  attributeOf,
  type CustomField,
  isHtml,
  type StoredValues,
} from '../../records/custom-fields/values.ts'
import { dayInWords } from './words.ts'

/** A value that people see, as plain text and as HTML. */
export type VisibleValue = { name: string; text: string; markup: Html }

export type VisibleField = CustomField & { visible: number }

/** What a session says in the fields that are visible, in their order; nothing of those that are empty. */
export function visibleValues(fields: VisibleField[], stored: StoredValues): VisibleValue[] {
  return fields.flatMap(field => {
    const value = stored[attributeOf(field)]
    if (field.visible !== 1 || value === undefined || value === null) return []
    const shown = show(field, value)
    return shown.text.trim() === '' ? [] : [{ name: field.name, ...shown }]
  })
}

/** Names and values as a list of definitions; empty when there are none. */
export function definitionsOf(values: { name: string; markup: Html | string }[]): Html | null {
  const items = values.map(
    ({ name, markup }) => html`<dt dir="auto">${name}</dt><dd dir="auto">${markup}</dd>`,
  )
  return items.length > 0 ? html`<dl>${inLines(items)}</dl>` : null
}

function show(field: CustomField, value: unknown): { text: string; markup: Html } {
  if (isHtml(field)) return showHtml(String(value))
  const text = textOf(field, value)
  const lines = text.split(/\r?\n/).map((line, index) => html`${index > 0 && html`<br>`}${line}`)
  const href = hrefs[field.type]?.(text)
  return {
    text,
    markup: href ? html`<a href="${href}" rel="noopener noreferrer">${lines}</a>` : html`${lines}`,
  }
}

/** What was stored before HTML was allowed has not been sanitised. */
function showHtml(stored: string): { text: string; markup: Html } {
  const read = readHtml(stored)
  const markup = 'value' in read ? asHtml(read.value) : html`${stored}`
  return { text: plainText(markup), markup }
}

function textOf(field: CustomField, value: unknown): string {
  if (Array.isArray(value)) return chosenOf(field, value).join(', ')
  if (field.type === 'flag') return value === 1 ? 'Yes' : 'No'
  if (field.type === 'date') return dayInWords(String(value))
  if (field.type === 'time') return String(value).slice(0, 5)
  return String(value)
}

const chosenOf = ({ choices }: CustomField, ids: unknown[]) =>
  choices.filter(({ id }) => ids.includes(id)).map(({ name }) => name)

/** Where a value leads. An address may hold characters that mean something else in a link, a phone number an extension. */
const hrefs: Record<string, (text: string) => string> = {
  url: text => text,
  email: text => `mailto:${encodeURIComponent(text).replaceAll('%40', '@')}`,
  phone: text => `tel:${text.replace(/[\p{L}#;,].*/su, '').replaceAll(/[^\d+]/g, '')}`,
}

/** HTML as a reader of plain text sees it: paragraphs and items on lines of their own, nothing of the tags. */
export function plainText({ markup }: Html): string {
  return markup
    .replaceAll(/<(?:br|hr|\/p|\/div|\/li|\/h[1-6]|\/tr)[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:lt|gt|quot|amp|nbsp|#39);/g, entity => characters[entity]!)
    .split('\n')
    .flatMap(line => line.trim() || [])
    .join('\n')
}

const characters: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&amp;': '&',
  '&nbsp;': ' ',
  '&#39;': "'",
}
