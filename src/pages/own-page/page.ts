import { type Hole, type Html, html, inLines } from '../../http/html.ts'
import { dayInWords } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import { pageOf } from '../layout.ts'
import { changedSessions } from './changes.ts'
import { detailsForm, type Refused } from './details-form.ts'
import type { ProgrammeEntry } from './queries.ts'
import { standingNote } from './remarks.ts'
import {
  type Address,
  goneItem,
  offeredItem,
  otherItem,
  ownItem,
  waitingItem,
  withdrawnItem,
} from './session-items.ts'
import { isRegistered, mayChange, type Visit } from './visit.ts'

/** `message` is what became of a deed. */
type Extras = { message?: Html | null; isRefusal?: boolean; refused?: Refused }

type Item = (visit: Visit, address: Address, entry: ProgrammeEntry) => Html

/** What a person has, waits for and could have, and what was asked of them; to be read and changed by them alone. */
export function attendeePage(
  visit: Visit,
  address: Address,
  { message, isRefusal, refused }: Extras,
): string {
  const { person, programme, standing } = visit
  const name = [person.first_name, person.last_name].filter(Boolean).join(' ')
  const list = (title: string, states: (string | null)[], item: Item) => {
    const entries = programme.filter(entry => takesPlace(entry) && states.includes(entry.state))
    return listOf(
      title,
      entries.map(entry => item(visit, address, entry)),
    )
  }
  const details = detailsForm(visit, address.path, refused)
  const detailsFirst = standing !== 'open' || visit.missing.length > 0
  const hasNothing = programme.every(entry => entry.state === null || !takesPlace(entry))
  const parts = [
    message,
    standingNote(visit),
    mayChange(visit) && navigation(visit),
    detailsFirst && details,
    changedSessions(visit, address),
    list('Seats that are kept for you', ['offered'], offeredItem),
    list('Your sessions', ['selected', 'held'], ownItem),
    list('Where you are in line', ['waitlisted'], waitingItem),
    withdrawnSessions(visit, address),
    hasNothing && mayChange(visit) && html`<p>There are no sessions on your agenda yet.</p>`,
    otherSessions(visit, address),
    !detailsFirst && details,
  ]
  return pageOf({
    title: name ? `Agenda of ${name}` : 'Your agenda',
    over: person.event_name,
    main: inLines(parts),
    prefix: address.prefix,
    ...(isRefusal && { mark: 'Not done: ' }),
  })
}

/** What the person has, or had, and does not take place: a session that is not live, or was deleted. */
function withdrawnSessions(visit: Visit, address: Address): Hole {
  const items = [
    ...visit.programme
      .filter(entry => entry.state !== null && !takesPlace(entry))
      .map(entry => withdrawnItem(visit, address, entry)),
    ...visit.lost.map(entry => goneItem(visit, address, entry)),
  ]
  return listOf('Does not take place', items)
}

const listOf = (title: string, items: Html[]): Hole =>
  items.length > 0 && html`<h2>${title}</h2>\n<ul>\n${inLines(items)}\n</ul>`

/** For a link that is unknown or has expired: nobody can tell which. */
export function noAgendaPage(prefix: string): string {
  return pageOf({
    title: 'This link does not work any more',
    over: 'Lectern',
    main: html`<p>Links to an agenda are valid for a limited time. The newest e-mail from the event has the newest one; the organiser can send you another.</p>`,
    prefix,
  })
}

function otherDays({ programme }: Visit): [string, ProgrammeEntry[]][] {
  return [
    ...Map.groupBy(
      programme.filter(entry => entry.state === null),
      entry => entry.date,
    ),
  ]
}

/** Whoever is registered sees what else there is. */
function otherSessions(visit: Visit, address: Address): Hole {
  const days = otherDays(visit)
  if (!isRegistered(visit) || visit.standing === 'expired' || days.length === 0) return null
  const lists = days.map(([date, entries]) => {
    const items = inLines(entries.map(entry => otherItem(visit, address, entry)))
    return html`<h3 class="day" id="day-${date}">${dayInWords(date)}</h3>\n<ul>\n${items}\n</ul>`
  })
  return html`<section aria-labelledby="others"><h2 id="others">Other sessions</h2>\n${inLines(lists)}</section>`
}

const shortDayOf = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
})

/** A long programme is not to be scrolled through. */
function navigation(visit: Visit): Hole {
  const links = otherDays(visit).map(([date]) => {
    const day = shortDayOf.format(new Date(`${date}T00:00:00Z`))
    return html`<a href="#day-${date}"><span class="unseen">Other sessions on </span>${day}</a>`
  })
  if (links.length === 0) return null
  const details = visit.standing === 'open' && html`<a href="#details">Your details</a>`
  return html`<nav aria-label="On this page"><span aria-hidden="true">Other sessions:</span>${links}${details}</nav>`
}
