import { html, inLines } from '../../http/html.ts'
import type { ToldSubmission } from '../../programme/decisions/queries.ts'
import type { SubmitterMailKind } from '../../records/outbox/schema.ts'
import type { LetterTexts } from '../mail/letter.ts'
import { isolate, oneLine, type Prose, say } from '../mail/prose.ts'

/** What an e-mail to a submitter is written from: what is true when its turn comes. */
export type SubmitterFacts = {
  kind: SubmitterMailKind
  name: string
  event_name: string
  /** what was decided, of what it is about */
  submissions: ToldSubmission[]
  /** their own page; null: there is no link in it */
  page: string | null
}

type Part = { title?: string; items: Prose[] }

/** Writes an e-mail to a submitter, as plain text and as HTML. */
export function writeSubmitterLetter(facts: SubmitterFacts): LetterTexts {
  const { name, event_name } = facts
  const { subject, parts } = facts.kind === 'cfs_link' ? linkLetter(facts) : decisionLetter(facts)
  const all = [...parts, ...wayParts(facts)]
  return {
    subject: oneLine(subject.text),
    text: `${[`Dear ${isolate(name)},`, ...all.map(textOf), isolate(event_name)].join('\n\n')}\n`,
    html: html`<!doctype html>
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
${inLines(all.map(markupOf))}
<p>${say`${event_name}`.markup}</p>
</body>
</html>
`.markup,
  }
}

const linkLetter = ({ event_name }: SubmitterFacts) => ({
  subject: say`Your submissions: ${event_name}`,
  parts: [
    {
      items: [
        say`Somebody, probably you, asked for the link to what you submit to ${event_name}. Nothing is submitted before you do so on that page.`,
        say`If it was not you, nothing has to be done.`,
      ],
    },
  ],
})

function decisionLetter({ event_name, submissions }: SubmitterFacts): { subject: Prose; parts: Part[] } {
  const accepted = submissions.filter(({ decision }) => decision === 'approved')
  const others = submissions.filter(({ decision }) => decision !== 'approved')
  const isAsked = accepted.some(({ cfs_answer }) => cfs_answer === 'open')
  return {
    subject: say`What was decided about your submissions: ${event_name}`,
    parts: [
      { items: [say`Thank you for what you submitted to ${event_name}. This is what was decided.`] },
      ...listOf('Accepted', accepted),
      ...(isAsked ? [{ items: [say`Please say whether you will give what was accepted.`] }] : []),
      ...listOf('Not accepted this time', others),
    ],
  }
}

const listOf = (title: string, submissions: ToldSubmission[]): Part[] =>
  submissions.length > 0 ? [{ title, items: submissions.map(({ name }) => say`${name}`) }] : []

const warning = 'The link is yours alone: whoever has it can act for you.'

function wayParts({ page }: SubmitterFacts): Part[] {
  if (page === null) return []
  const name = 'Your submissions, and your answers'
  const text = `${name}: ${page}\n${warning}`
  return [{ items: [{ text, markup: html`<a href="${page}">${name}</a><br>\n${warning}` }] }]
}

const textOf = ({ title, items }: Part) =>
  title
    ? [`${title}\n`, ...items.map(item => `* ${item.text}`)].join('\n')
    : items.map(item => item.text).join('\n\n')

const markupOf = ({ title, items }: Part) =>
  title
    ? html`<h2>${title}</h2>\n<ul>\n${inLines(items.map(item => html`<li>${item.markup}</li>`))}\n</ul>`
    : inLines(items.map(item => html`<p>${item.markup}</p>`))
