import { type AgendaEntry, hasSeat, linksOf, momentIn, whenOf } from '../agenda/agenda.ts'
import { escapeHtml } from '../http/html.ts'
import type { ResumedRegistrant } from '../resume/queries.ts'
import { pageOf } from './layout.ts'

/** What a person has and waits for, to be read by them alone. */
export function agendaPage(person: ResumedRegistrant, agenda: AgendaEntry[], baseUrl: string): string {
  const { first_name, last_name, event_name, event_timezone, registration_status } = person
  const name = [first_name, last_name].filter(Boolean).join(' ')
  const list = (title: string, entries: AgendaEntry[], remark: (entry: AgendaEntry) => string = () => '') =>
    entries.length > 0
      ? `<h2>${title}</h2>\n<ul>\n${entries.map(entry => itemOf(entry, remark(entry), baseUrl)).join('\n')}\n</ul>`
      : ''
  const isOver = ['cancelled', 'denied', 'expired'].includes(registration_status)
  const parts = [
    isOver ? '<p><strong>This registration is not active.</strong></p>' : '',
    list('Your sessions', agenda.filter(hasSeat)),
    list(
      'Seats that are kept for you',
      agenda.filter(entry => entry.state === 'offered'),
      entry => `Kept until ${momentIn(entry.expires_at!, event_timezone)}`,
    ),
    list(
      'Where you are in line',
      agenda.filter(entry => entry.state === 'waitlisted'),
      entry => `Place ${entry.place} in line`,
    ),
  ].filter(Boolean)
  return pageOf({
    title: name ? `Agenda of ${name}` : 'Your agenda',
    over: event_name,
    main:
      agenda.length > 0 ? parts.join('\n') : [...parts, '<p>There are no sessions on it yet.</p>'].join('\n'),
  })
}

/** For a link that is unknown or has expired: nobody can tell which. */
export function noAgendaPage(): string {
  return pageOf({
    title: 'This link does not work any more',
    over: 'Lectern',
    main: '<p>Links to an agenda are valid for 24 hours. Please ask the organiser for another one.</p>',
  })
}

function itemOf(entry: AgendaEntry, remark: string, baseUrl: string): string {
  const facts = [whenOf(entry), entry.location_name, remark].filter(fact => fact)
  const links = linksOf(entry, baseUrl).map(
    ({ text, href }) =>
      `<a href="${escapeHtml(href)}" rel="noopener noreferrer" aria-label="${text}: ${escapeHtml(entry.name)}">${text}</a>`,
  )
  return `<li><h3 dir="auto">${escapeHtml(entry.name)}</h3>
${facts.map(fact => `<p dir="auto">${escapeHtml(fact!)}</p>`).join('\n')}
${links.join('\n')}</li>`
}
