import { escapeHtml, readHtml } from '../../http/html.ts'
import {
  attributeOf,
  type CustomField,
  isHtml,
  type StoredValues,
} from '../../records/custom-fields/values.ts'
import { dayInWords } from './words.ts'

/** A value that people see, as plain text and as HTML that is safe to show. */
export type VisibleValue = { name: string; text: string; html: string }

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
export function definitionsOf(values: { name: string; html: string }[]): string {
  const items = values.map(
    ({ name, html }) => `<dt dir="auto">${escapeHtml(name)}</dt><dd dir="auto">${html}</dd>`,
  )
  return items.length > 0 ? `<dl>${items.join('\n')}</dl>` : ''
}

function show(field: CustomField, value: unknown): { text: string; html: string } {
  if (isHtml(field)) return showHtml(String(value))
  const text = textOf(field, value)
  const html = escapeHtml(text).replaceAll(/\r?\n/g, '<br>')
  const href = hrefs[field.type]?.(text)
  return { text, html: href ? `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${html}</a>` : html }
}

/** What was stored before HTML was allowed has not been sanitised. */
function showHtml(stored: string): { text: string; html: string } {
  const read = readHtml(stored)
  const html = 'value' in read ? read.value : escapeHtml(stored)
  return { text: plainText(html), html }
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
function plainText(html: string): string {
  return html
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
