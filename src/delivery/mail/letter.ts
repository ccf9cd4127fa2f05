import { type Html, html, inLines } from '../../http/html.ts'
import type { MailKind } from '../../records/outbox/schema.ts'
import { type AgendaEntry, hasSeat, linksOf } from '../../registration/agenda/agenda.ts'
import type { AgendaSession } from '../../registration/agenda/queries.ts'
import { type VisibleField, visibleValues } from '../../registration/agenda/visible-values.ts'
import { momentIn, whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { LetterFacts } from './facts.ts'
import { openings } from './openings.ts'
import { isolate, oneLine, type Prose, say } from './prose.ts'

export type LetterTexts = { subject: string; text: string; html: string }

/** Writes an e-mail, as plain text and as HTML. */
export function writeLetter(facts: LetterFacts): LetterTexts {
  const { subject, paragraphs } = openings[facts.kind](facts)
  const parts = [
    { items: paragraphs },
    ...wayParts(facts),
    ...(facts.kind === 'cancelled' ? [] : agendaParts(facts)),
    ...withdrawnParts(facts),
    ...droppedParts(facts),
  ]
  return {
    subject: oneLine(subject.text),
    text: `${[`Dear ${isolate(facts.name)},`, ...parts.map(textOf), isolate(facts.event_name)].join('\n\n')}\n`,
    html: pageOf(facts, subject, parts).markup,
  }
}

type Part = { title?: string; items: Prose[] }

const pageNames: Partial<Record<MailKind, (facts: LetterFacts) => string>> = {
  offer: () => 'Accept or decline the seat',
  rescheduled: ({ moved }) =>
    moved.some(({ conflicts }) => conflicts.length > 0) ? 'Choose what you keep' : ownPage,
  abandoned: ({ registration, isClosed }) => {
    if (isClosed) return ownPage
    return registration === 'unfinished' ? 'Finish your registration' : 'Begin again'
  },
}
const ownPage = 'Your own page, with your sessions'

/** Where the person acts for themselves, or why the reader cannot. Whoever is cancelled can do nothing there. */
function wayParts(facts: LetterFacts): Part[] {
  const { kind, way } = facts
  if ('copyOf' in way)
    return [{ items: [say`This is a copy of what we wrote to ${way.copyOf}. Only they can act on it.`] }]
  if (kind === 'cancelled' || !('page' in way)) return []
  const name = pageNames[kind]?.(facts) ?? ownPage
  const warning = 'The link is yours alone: whoever has it can act for you.'
  return [
    {
      items: [
        {
          text: `${name}: ${way.page}\n${warning}`,
          markup: html`<a href="${way.page}">${name}</a><br>\n${warning}`,
        },
      ],
    },
  ]
}

function agendaParts({ agenda, baseUrl, event_timezone, fields }: LetterFacts): Part[] {
  const part = (title: string, entries: AgendaEntry[], remark: (entry: AgendaEntry) => Prose[] = () => []) =>
    entries.length > 0
      ? [
          {
            title,
            items: entries.map(entry =>
              sessionItem(entry, baseUrl, [...remark(entry), ...valuesOf(fields, entry)]),
            ),
          },
        ]
      : []
  const entries = agenda.entries.filter(takesPlace)
  return [
    ...part('Your sessions', entries.filter(hasSeat)),
    ...part(
      'Seats that are kept for you',
      entries.filter(entry => entry.state === 'offered'),
      entry => [say`Kept until ${momentIn(entry.expires_at!, event_timezone)}`],
    ),
    ...part(
      'Where you are in line',
      entries.filter(entry => entry.state === 'waitlisted'),
      entry => [say`Place ${String(entry.place)} in line`],
    ),
  ]
}

/** What the person had, or waited for, and what the e-mail is about. */
function withdrawnParts({ kind, session, agenda }: LetterFacts): Part[] {
  const about = kind === 'withdrawn' && session ? [session] : []
  const own = [...agenda.entries, ...agenda.lost].filter(entry => !takesPlace(entry))
  const sessions = new Map<number, AgendaSession>([...about, ...own].map(each => [each.id, each]))
  return sessions.size > 0
    ? [
        {
          title: 'Does not take place',
          items: [...sessions.values()].map(each => sessionItem(each, null, [])),
        },
      ]
    : []
}

function droppedParts({ dropped }: LetterFacts): Part[] {
  const others = dropped.filter(takesPlace)
  return others.length > 0
    ? [{ title: 'No longer on your agenda', items: others.map(session => sessionItem(session, null, [])) }]
    : []
}

/** What the session says in visible fields; texts of several lines keep them. */
function valuesOf(fields: VisibleField[], session: AgendaSession): Prose[] {
  return visibleValues(fields, session.custom_fields).map(({ name, text, markup }) => ({
    text: [`${isolate(name)}:`, ...text.split('\n').map(isolate)].join(text.includes('\n') ? '\n    ' : ' '),
    markup: html`<bdi>${oneLine(name)}</bdi>: <bdi>${markup}</bdi>`,
  }))
}

function sessionItem(session: AgendaSession, baseUrl: string | null, remarks: Prose[]): Prose {
  const where = session.location_name ? [say`${session.location_name}`] : []
  const facts = [say`${whenOf(session)}`, ...where, ...remarks]
  const links = linksOf(session, baseUrl)
  const name = say`${session.name}`
  return {
    text: [
      `* ${name.text}`,
      ...facts.map(fact => `  ${fact.text}`),
      ...links.map(({ text, href }) => `  ${text}: ${href}`),
    ].join('\n'),
    markup: inLines(
      [
        html`<strong>${name.markup}</strong>`,
        ...facts.map(fact => fact.markup),
        ...links.map(({ text, href }) => html`<a href="${href}">${text}</a>`),
      ],
      '<br>\n',
    ),
  }
}

const textOf = ({ title, items }: Part) =>
  [...(title ? [`${title}\n`] : []), items.map(item => item.text).join('\n\n')].join('\n')

const markupOf = ({ title, items }: Part) =>
  title
    ? html`<h2>${title}</h2>\n<ul>\n${inLines(items.map(item => html`<li>${item.markup}</li>`))}\n</ul>`
    : inLines(items.map(item => html`<p>${item.markup}</p>`))

function pageOf({ name, event_name }: LetterFacts, subject: Prose, parts: Part[]): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${oneLine(subject.text)}</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 40em; margin: 0 auto; padding: 1em }
h2 { font-size: 1.1em } li { margin-bottom: .75em }
</style>
</head>
<body>
<p>${say`Dear ${name},`.markup}</p>
${inLines(parts.map(markupOf))}
<p>${say`${event_name}`.markup}</p>
</body>
</html>
`
}
