import { type AgendaEntry, hasSeat, linksOf, momentIn, whenOf } from '../agenda/agenda.ts'
import type { AgendaSession } from '../agenda/queries.ts'
import { escapeHtml } from '../http/html.ts'
import type { RegistrationStatus } from '../registrants/schema.ts'
import { isActive, maySit } from '../seats/books.ts'
import { isolate, oneLine, type Prose, say } from './prose.ts'
import type { MailKind } from './schema.ts'

/** What a letter is written from. */
export type LetterFacts = {
  kind: MailKind
  name: string
  registration_status: RegistrationStatus
  event_name: string
  event_timezone: string
  /** what an offer or a promotion is about */
  session: AgendaSession | undefined
  dropped: AgendaSession[]
  agenda: AgendaEntry[]
  baseUrl: string | null
  /** address of the person's own page */
  ownPage: string | null
}

export type LetterTexts = { subject: string; text: string; html: string }

/** Why a letter must not go out any more, if so: what it would say is no longer true. */
export function outdated({
  kind,
  registration_status: status,
  session,
  agenda,
}: LetterFacts): string | undefined {
  const own = agenda.find(entry => entry.id === session?.id)
  if (kind === 'confirmation' && !maySit(status))
    return 'The registration no longer stood when its turn came.'
  if (kind === 'abandoned' && isActive(status)) return 'The registration was finished before its turn came.'
  if (kind === 'offer' && own?.state !== 'offered') return 'The offer no longer stood when its turn came.'
  if (kind === 'promotion' && !(own && hasSeat(own))) return 'The seat was given back before its turn came.'
  return undefined
}

/** Writes a letter, as plain text and as HTML. */
export function writeLetter(facts: LetterFacts): LetterTexts {
  const { subject, paragraphs } = openings[facts.kind](facts)
  const parts = [
    { items: paragraphs },
    ...ownPageParts(facts),
    ...(facts.kind === 'cancelled' ? [] : agendaParts(facts)),
    ...droppedParts(facts),
  ]
  return {
    subject: oneLine(subject.text),
    text: `${[`Dear ${isolate(facts.name)},`, ...parts.map(textOf), isolate(facts.event_name)].join('\n\n')}\n`,
    html: pageOf(facts, subject, parts),
  }
}

type Opening = { subject: Prose; paragraphs: Prose[] }

const openings: Record<MailKind, (facts: LetterFacts) => Opening> = {
  confirmation: ({ event_name }) => ({
    subject: say`You are registered: ${event_name}`,
    paragraphs: [say`Thank you for registering for ${event_name}. We look forward to seeing you.`],
  }),
  modified: ({ event_name }) => ({
    subject: say`Your registration has changed: ${event_name}`,
    paragraphs: [say`Your registration for ${event_name} has changed. This is how it stands now.`],
  }),
  cancelled: ({ event_name }) => ({
    subject: say`Your registration is cancelled: ${event_name}`,
    paragraphs: [
      say`Your registration for ${event_name} is cancelled. Your seats have been given back.`,
      say`If you did not expect this, please get in touch with the organiser.`,
    ],
  }),
  abandoned: ({ event_name, ownPage }) => ({
    subject: say`Your registration is not finished: ${event_name}`,
    paragraphs: [
      say`You began to register for ${event_name}, but did not finish. We can no longer keep your seats for you.`,
      ownPage
        ? say`You are welcome to begin again on your own page, as long as there are seats.`
        : say`You are welcome to register again, as long as there are seats.`,
    ],
  }),
  offer: ({ event_name, event_timezone, session, agenda, ownPage }) => {
    const { expires_at } = agenda.find(entry => entry.id === session!.id)!
    return {
      subject: say`A seat is free for you: ${session!.name}`,
      paragraphs: [
        say`You are on the waitlist of ${session!.name} at ${event_name}. A seat is free now, and we keep it for you until ${momentIn(expires_at!, event_timezone)}.`,
        ownPage
          ? say`Please accept it on your own page before then; after that it goes to the next person in line.`
          : say`Please accept it before then; after that it goes to the next person in line.`,
      ],
    }
  },
  promotion: ({ event_name, session, dropped }) => ({
    subject: say`You have a seat: ${session!.name}`,
    paragraphs: [
      say`Good news: a seat came free, and you have moved from the waitlist of ${session!.name} at ${event_name} into the session.`,
      ...(dropped.length > 0
        ? [say`As you asked, the sessions at the same time were given up for it; they are named below.`]
        : []),
    ],
  }),
}

type Part = { title?: string; items: Prose[] }

const pageNames: Partial<Record<MailKind, string>> = {
  offer: 'Accept or decline the seat',
  abandoned: 'Begin again',
}

/** Where the person acts for themselves. Whoever is cancelled can do nothing there. */
function ownPageParts({ kind, ownPage }: LetterFacts): Part[] {
  if (!ownPage || kind === 'cancelled') return []
  const name = pageNames[kind] ?? 'Your own page, to see and change your sessions'
  const warning = 'The link is yours alone: whoever has it can act for you.'
  return [
    {
      items: [
        {
          text: `${name}: ${ownPage}\n${warning}`,
          html: `<a href="${escapeHtml(ownPage)}">${name}</a><br>\n${warning}`,
        },
      ],
    },
  ]
}

function agendaParts(facts: LetterFacts): Part[] {
  const { agenda, baseUrl, event_timezone } = facts
  const part = (title: string, entries: AgendaEntry[], remark: (entry: AgendaEntry) => Prose[] = () => []) =>
    entries.length > 0
      ? [{ title, items: entries.map(entry => sessionItem(entry, baseUrl, remark(entry))) }]
      : []
  return [
    ...part('Your sessions', agenda.filter(hasSeat)),
    ...part(
      'Seats that are kept for you',
      agenda.filter(entry => entry.state === 'offered'),
      entry => [say`Kept until ${momentIn(entry.expires_at!, event_timezone)}`],
    ),
    ...part(
      'Where you are in line',
      agenda.filter(entry => entry.state === 'waitlisted'),
      entry => [say`Place ${String(entry.place)} in line`],
    ),
  ]
}

function droppedParts({ dropped }: LetterFacts): Part[] {
  return dropped.length > 0
    ? [{ title: 'No longer on your agenda', items: dropped.map(session => sessionItem(session, null, [])) }]
    : []
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
    html: [
      `<strong>${name.html}</strong>`,
      ...facts.map(fact => fact.html),
      ...links.map(({ text, href }) => `<a href="${escapeHtml(href)}">${text}</a>`),
    ].join('<br>\n'),
  }
}

const textOf = ({ title, items }: Part) =>
  [...(title ? [`${title}\n`] : []), items.map(item => item.text).join('\n\n')].join('\n')

const htmlOf = ({ title, items }: Part) =>
  title
    ? `<h2>${title}</h2>\n<ul>\n${items.map(item => `<li>${item.html}</li>`).join('\n')}\n</ul>`
    : items.map(item => `<p>${item.html}</p>`).join('\n')

function pageOf({ name, event_name }: LetterFacts, subject: Prose, parts: Part[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(oneLine(subject.text))}</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 40em; margin: 0 auto; padding: 1em }
h2 { font-size: 1.1em } li { margin-bottom: .75em }
</style>
</head>
<body>
<p>${say`Dear ${name},`.html}</p>
${parts.map(htmlOf).join('\n')}
<p>${say`${event_name}`.html}</p>
</body>
</html>
`
}
