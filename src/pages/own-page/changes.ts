import { type Hole, type Html, html, inLines } from '../../http/html.ts'
import { hasSeat } from '../../registration/agenda/agenda.ts'
import { whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { OpenNotice, ProgrammeEntry } from './queries.ts'
import { type Address, giveUpForm } from './session-items.ts'
import { isAtSameTime, whyKept } from './swaps.ts'
import { mayChange, type Visit } from './visit.ts'

/** What was moved since the person chose it, and has not been answered: where it was, where it is, and what they can do. */
export function changedSessions(visit: Visit, address: Address): Hole {
  const items = visit.notices.flatMap(notice => itemOf(visit, address, notice) ?? [])
  return (
    items.length > 0 &&
    html`<section aria-labelledby="changes"><h2 id="changes">What has changed</h2>\n<ul>\n${inLines(items)}\n</ul></section>`
  )
}

function itemOf(visit: Visit, address: Address, { id, sessions }: OpenNotice): Html | undefined {
  const known = sessions.flatMap(({ session_id, ...was }) => {
    const entry = visit.programme.find(each => each.id === session_id && each.state !== null)
    return entry ? [{ entry, was }] : []
  })
  if (known.length === 0) return undefined
  const moved = known
    .map(({ entry, was }) => ({ entry, was, others: rivalsSince(visit, entry) }))
    .filter(isDifferent)
  if (moved.length === 0) return undefined
  const own = new Map(moved.flatMap(({ entry, others }) => [entry, ...others].map(each => [each.id, each])))
  const isInConflict = moved.some(({ others }) => others.length > 0)
  const keep = html`<form method="post" action="${address.path}/changes/${id}/keep"><button class="main">${isInConflict ? 'Keep all of them' : 'Keep'}<span class="unseen">: ${moved.map(({ entry }) => entry.name).join(', ')}</span></button></form>`
  const droppable = [...own.values()].filter(entry => hasSeat(entry) && !whyKept(visit, entry))
  const deeds = [keep, ...(mayChange(visit) ? droppable.map(entry => giveUpForm(address, entry)) : [])]
  return html`<li>${inLines(moved.map(movedInWords))}<div class="deeds">${inLines(deeds)}</div></li>`
}

type Moved = {
  entry: ProgrammeEntry
  was: Omit<OpenNotice['sessions'][number], 'session_id'>
  others: ProgrammeEntry[]
}

/** Whether a person notices: what was only renamed, or is again as it was, is no news. */
const isDifferent = (moved: Moved) =>
  moved.others.length > 0 ||
  placeBefore(moved) !== placeNow({ ...moved, entry: { ...moved.entry, times_with_timezone: null } })

const placeBefore = ({ entry, was }: Moved) =>
  [whenOf({ ...entry, ...was, times_with_timezone: null }), was.location_name].filter(Boolean).join(', ')

const placeNow = ({ entry }: Moved) =>
  takesPlace(entry) ? [whenOf(entry), entry.location_name].filter(Boolean).join(', ') : 'Does not take place'

function movedInWords(moved: Moved): Html {
  const { entry, others } = moved
  const rivals = others.map(({ name }) => html` <bdi>${name}</bdi>`)
  return inLines([
    html`<h3 dir="auto">${entry.name}</h3>`,
    html`<p dir="auto">It was: ${placeBefore(moved)}</p>`,
    html`<p dir="auto"><strong>Now: ${placeNow(moved)}</strong></p>`,
    rivals.length > 0 &&
      html`<p dir="auto">At the same time as${inLines(rivals, ',')}, in which you have a seat, too.</p>`,
  ])
}

/** The other seats of the person that are at the same time as this session, whether or not either prevents conflicts. */
const rivalsSince = ({ seats }: Visit, entry: ProgrammeEntry) =>
  hasSeat(entry) ? seats.filter(other => other.id !== entry.id && isAtSameTime(entry, other)) : []
