import type { Link, Row } from './schedule.ts'

/** The description of a session as HTML: subtitle, abstract, description, links, attachments; null when all are empty. */
export function descriptionOf(row: Row): string | null {
  const body = [row.abstract, row.description].map(text => htmlOf(text ?? ''))
  const parts = [
    row.subtitle?.trim() ? `<p><strong>${escapeHtml(row.subtitle.trim())}</strong></p>` : '',
    ...new Set(body),
    listOf('Links', row.links),
    listOf('Attachments', row.attachments),
  ]
  return parts.filter(part => part !== '').join('\n') || null
}

/** What is kept for the organiser: one `Speaker:` line per person, then type, language, recording and page. */
export function notesOf(row: Row): string | null {
  const lines = [
    ...row.persons.map(person => ['Speaker', person]),
    ['Type', row.type],
    ['Language', row.language],
    ['Recording', row.do_not_record ? 'not allowed' : row.license],
    ['Page', row.url],
  ]
  const kept = lines.flatMap(([label, text]) => (text ? `${label}: ${text.replaceAll(/[\r\n]+/g, ' ')}` : []))
  return kept.join('\n') || null
}

const blockTag = /<(?:p|div|ul|ol|li|h[1-6]|table|blockquote|pre|section|article|hr|dl)(?=[\s/>])/i
const inlineTag =
  /<\/?(?:a|b|i|u|s|em|strong|code|br|img|span|small|sub|sup|q|cite|kbd|del|ins|abbr)(?=[\s/>])/i
const entity = /&(?:#\d+|#x[\da-f]+|[a-z]\w*);/i

/** HTML stays what it is; of anything else the paragraphs and line breaks are kept. */
function htmlOf(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '' || blockTag.test(trimmed)) return trimmed
  const html = inlineTag.test(trimmed) || entity.test(trimmed) ? trimmed : escapeHtml(trimmed)
  return html
    .split(/(?:\r?\n[ \t]*){2,}/)
    .map(paragraph => `<p>${paragraph.replaceAll(/\r?\n/g, '<br />')}</p>`)
    .join('\n')
}

function listOf(title: string, links: Link[]): string {
  const items = links.filter(link => link.url || link.title).map(link => `<li>${anchorOf(link)}</li>`)
  return items.length > 0 ? `<p>${title}:</p>\n<ul>${items.join('')}</ul>` : ''
}

function anchorOf({ url, title }: Link): string {
  // People write links the way they say them: `example.org/slides`.
  const href = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(url) ? `https://${url}` : url
  if (/^(https?|mailto):/i.test(href)) return `<a href="${escapeHtml(href)}">${escapeHtml(title || url)}</a>`
  return escapeHtml(title && title !== url ? `${title} (${url})` : url)
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
