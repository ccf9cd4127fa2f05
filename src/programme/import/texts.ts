import { asHtml, type Html, html, inLines } from '../../http/html.ts'
import type { Link, Row } from './schedule.ts'

/** The description of a session as HTML: subtitle, abstract, description, links, attachments; null when all are empty. */
export function descriptionOf(row: Row): string | null {
  const body = new Set([row.abstract, row.description].map(text => markupOf(text ?? '')))
  const subtitle = row.subtitle?.trim()
  const parts = [
    subtitle && html`<p><strong>${subtitle}</strong></p>`,
    ...[...body].map(asHtml),
    listOf('Links', row.links),
    listOf('Attachments', row.attachments),
  ]
  return inLines(parts).markup || null
}

/** What is kept for the organiser: type, language, recording and page. */
export function notesOf(row: Row): string | null {
  const lines = [
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
function markupOf(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '' || blockTag.test(trimmed)) return trimmed
  const markup = inlineTag.test(trimmed) || entity.test(trimmed) ? trimmed : html`${trimmed}`.markup
  const paragraphs = markup.split(/(?:\r?\n[ \t]*){2,}/)
  return inLines(paragraphs.map(lines => html`<p>${asHtml(lines.replaceAll(/\r?\n/g, '<br />'))}</p>`)).markup
}

function listOf(title: string, links: Link[]): Html | null {
  const items = links.filter(link => link.url || link.title).map(link => html`<li>${anchorOf(link)}</li>`)
  return items.length > 0 ? html`<p>${title}:</p>\n<ul>${items}</ul>` : null
}

function anchorOf({ url, title }: Link): Html {
  // People write links the way they say them: `example.org/slides`.
  const href = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(url) ? `https://${url}` : url
  if (/^(https?|mailto):/i.test(href)) return html`<a href="${href}">${title || url}</a>`
  return html`${title && title !== url ? `${title} (${url})` : url}`
}
