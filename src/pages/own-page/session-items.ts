import { type Hole, type Html, html, inLines } from '../../http/html.ts'
import { type AgendaEntry, linksOf } from '../../registration/agenda/agenda.ts'
import { definitionsOf, visibleValues } from '../../registration/agenda/visible-values.ts'
import { momentIn, timesOf, whenOf } from '../../registration/agenda/words.ts'
import type { ProgrammeEntry } from './queries.ts'
import { hasBegun, rivalsOf, whyKept } from './swaps.ts'
import { mayChange, mayClaim, type Visit } from './visit.ts'
import type { Deed } from './wishes.ts'

/** Where the forms of a page lead to, and its links. */
export type Address = {
  /** path of the page itself */
  path: string
  /** path of Lectern itself */
  prefix: string
  baseUrl: string
}

type Item = { heading: 'h3' | 'h4'; facts: (string | null)[]; deeds: Html[] }

/** A session in which the person has a seat; one that they may not give up says why. */
export function ownItem(visit: Visit, address: Address, entry: ProgrammeEntry): Html {
  const why = whyKept(visit, entry)
  return itemOf(visit, address, entry, {
    heading: 'h3',
    facts: [whenOf(entry), entry.location_name, entry.track_name, why],
    deeds: mayChange(visit) && !why ? [deedForm(address, entry, 'give-up', 'Give up')] : [],
  })
}

/** A seat that is kept until the person answers, or the session starts. */
export function offeredItem(visit: Visit, address: Address, entry: ProgrammeEntry): Html {
  const isOver = hasBegun(visit, entry)
  const until = `Kept until ${momentIn(entry.expires_at!, visit.person.event_timezone)}`
  const decline = deedForm(address, entry, 'decline', 'Decline')
  return itemOf(visit, address, entry, {
    heading: 'h3',
    facts: [
      whenOf(entry),
      entry.location_name,
      entry.track_name,
      isOver ? 'Has started' : until,
      rivalsKept(visit, entry),
    ],
    deeds: mayChange(visit)
      ? [...(mayClaim(visit) || isOver ? claimForms(visit, address, entry) : [detailsLink]), decline]
      : [],
  })
}

const detailsLink = html`<a href="#details">Complete your details to accept it</a>`

/** A session that the person waits for. A free seat passes by who has another session at the same time: it can be taken instead. */
export function waitingItem(visit: Visit, address: Address, entry: ProgrammeEntry): Html {
  const claims = hasNoSeatFor(visit, entry) ? [] : claimForms(visit, address, entry)
  return itemOf(visit, address, entry, {
    heading: 'h3',
    facts: [whenOf(entry), entry.location_name, entry.track_name, `Place ${entry.place} in line`],
    deeds: mayChange(visit) ? [...claims, deedForm(address, entry, 'leave', 'Leave the line')] : [],
  })
}

/** A session that does not take place, which the person can leave. */
export function withdrawnItem(visit: Visit, address: Address, entry: ProgrammeEntry): Html {
  const leave =
    entry.state === 'waitlisted'
      ? deedForm(address, entry, 'leave', 'Leave the line')
      : entry.state === 'offered'
        ? deedForm(address, entry, 'decline', 'Decline')
        : whyKept(visit, entry) === null && deedForm(address, entry, 'give-up', 'Give up')
  return itemOf(visit, address, entry, {
    heading: 'h3',
    facts: [whenOf(entry), entry.location_name, entry.track_name, 'Does not take place'],
    deeds: mayChange(visit) && leave ? [leave] : [],
  })
}

/** A session that was deleted. */
export const goneItem = (visit: Visit, address: Address, entry: AgendaEntry): Html =>
  itemOf(visit, address, entry, {
    heading: 'h3',
    facts: [whenOf(entry), entry.location_name, 'Does not take place'],
    deeds: [],
  })

/** A session that the person could take, or wait for; the day stands above it. */
export function otherItem(visit: Visit, address: Address, entry: ProgrammeEntry): Html {
  const isFull = hasNoSeatFor(visit, entry)
  const isOver = hasBegun(visit, entry)
  return itemOf(visit, address, entry, {
    heading: 'h4',
    facts: [
      timesOf(entry),
      entry.location_name,
      entry.track_name,
      isOver ? 'Has started' : seatsInWords(entry, isFull),
      isFull && !isOver ? entry.sold_out_message : null,
      isFull ? null : rivalsKept(visit, entry),
    ],
    deeds: claimForms(visit, address, entry),
  })
}

/**
 * The button that takes a seat, or joins the line: none when that is not possible now. What the person has at the same time
 * is named by the button, and given up for it in the same press.
 */
export function claimForms(visit: Visit, address: Address, entry: ProgrammeEntry): Html[] {
  if (!mayClaim(visit) || hasBegun(visit, entry)) return []
  const isOffered = entry.state === 'offered'
  if (!isOffered && hasNoSeatFor(visit, entry))
    return [deedForm(address, entry, 'line-up', 'Join the line', { more: swapBox(entry) })]
  const rivals = rivalsOf(visit, entry)
  if (rivals.some(rival => whyKept(visit, rival))) return []
  const label = isOffered ? 'Accept' : rivals.length > 0 ? 'Take' : 'Add'
  const names = inLines(
    rivals.map(({ name }) => html`<bdi>${name}</bdi>`),
    ', ',
  )
  const more = rivals.map(({ id }) => html`<input type="hidden" name="instead_of[]" value="${id}">`)
  const after = rivals.length > 0 && html` instead of ${names}`
  return [deedForm(address, entry, isOffered ? 'accept' : 'add', label, { more, after, isMain: isOffered })]
}

/** The sessions at the same time that the person cannot give up, if that is what stands in the way. */
function rivalsKept(visit: Visit, entry: ProgrammeEntry): string | null {
  const kept = rivalsOf(visit, entry).filter(rival => whyKept(visit, rival))
  return kept.length > 0
    ? `At the same time as ${kept.map(({ name }) => `“${name}”`).join(', ')}, which you keep`
    : null
}

function itemOf(
  { fields }: Visit,
  { baseUrl }: Address,
  entry: ProgrammeEntry | AgendaEntry,
  { heading, facts, deeds }: Item,
): Html {
  const { id, name } = entry
  const links = linksOf(entry, baseUrl).map(
    ({ text, href }) =>
      html`<a href="${href}" rel="noopener noreferrer" aria-label="${text}: ${name}">${text}</a>`,
  )
  const parts = [
    html`<li id="s${id}"><${heading} id="n${id}" dir="auto">${name}</${heading}>`,
    ...facts.map(fact => fact && html`<p dir="auto">${fact}</p>`),
    definitionsOf(visibleValues(fields, entry.custom_fields)),
    ...links,
    deeds.length > 0 && html`<div class="deeds">${inLines(deeds)}</div>`,
  ]
  return html`${inLines(parts)}</li>`
}

/** A button that names its session to those who do not see where it stands. */
function deedForm(
  { path }: Address,
  { id, name }: ProgrammeEntry,
  deed: Deed,
  label: string,
  { more, after, isMain = false }: { more?: Hole; after?: Hole; isMain?: boolean } = {},
): Html {
  return html`<form method="post" action="${path}/sessions/${id}/${deed}">${more}<button${isMain && html` class="main"`}>${label}<span class="unseen"> <bdi>${name}</bdi></span>${after}</button></form>`
}

/** Gives up a seat of theirs, named where nothing else does. */
export const giveUpForm = ({ path }: Address, { id, name }: ProgrammeEntry): Html =>
  html`<form method="post" action="${path}/sessions/${id}/give-up"><button>Give up <bdi>${name}</bdi></button></form>`

function swapBox({ id }: ProgrammeEntry): Html {
  return html`<label class="box"><input type="checkbox" name="on_conflict" value="swap" aria-describedby="n${id}"><span>When a seat comes free, give up what I have at the same time</span></label>`
}

/** In manual mode the organiser picks from the line: nobody passes it by. */
function hasNoSeatFor({ event }: Visit, { seats_left, waitlisted_count }: ProgrammeEntry): boolean {
  return seats_left === 0 || (event.waitlist_mode === 'manual' && waitlisted_count > 0)
}

function seatsInWords({ seats_left }: ProgrammeEntry, isFull: boolean): string | null {
  if (isFull) return seats_left === 0 ? 'Full' : 'Free seats go to those in line'
  if (seats_left === null) return null
  return seats_left === 1 ? '1 seat left' : `${seats_left} seats left`
}
