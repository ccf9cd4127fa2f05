import { type Db, transaction } from '../../db/connection.ts'
import { ApiError } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn } from '../../http/values/draft.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { insertLetters } from '../../records/outbox/queries.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import { emptyWish } from '../../seats/rules/wish.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { carryOutChanges, changesAnything, type PlannedChange } from '../sessions/change.ts'
import { SessionInput } from '../sessions/input-schema.ts'
import type { SessionRow } from '../sessions/queries.ts'
import { asStored } from '../sessions/times.ts'
import { type Beginning, listRepetitions, noteBeginning } from './effects-queries.ts'
import { type Item, mustHaveRoom, mustHaveVersions, planAll, planningFor } from './planning.ts'
import { insertNotices, insertScheduleChange, listSessionsNamed, lockSessionsNamed } from './queries.ts'
import { lookAhead } from './rehearsal.ts'
import type { Rearranged, Recorded } from './schema.ts'

/** How a schedule is carried out. `outlook`: whether the answer says what it does to whom, named behind `people_after`. */
export type ScheduleManner = Manner & {
  fields: SessionFieldRow[]
  basis: string | null
  outlook: boolean
  people_after: number
}

/**
 * Changes sessions of an event together: all of them, or none. They are planned before the lock of the event is taken, and
 * again only where a session changed meanwhile. Throws 404; 409 when the rehearsal that `basis` names does not hold any
 * more; 412 naming the sessions that have another version; 422 with everything that is wrong.
 */
export async function rearrange(
  db: Db,
  actor: Actor,
  event_id: number,
  items: Item[],
  manner: ScheduleManner,
): Promise<Rearranged> {
  return transaction(db, async tx => {
    const event = await mustOwnEvent(tx, actor.account_id, event_id)
    mustMatchVersion(actor.ifMatch, event.version)
    const planning = await planningFor(tx, actor, event_id, manner)
    const ids = items.map(({ id }) => id)
    const early = await planAll(items, await listSessionsNamed(tx, event_id, ids), planning)
    await lockEventSeats(tx, event_id)
    const locked = await lockSessionsNamed(tx, event_id, ids)
    mustHaveVersions(items, locked)
    const isSameEvent = (await mustOwnEvent(tx, actor.account_id, event_id)).version === event.version
    const stale = items.filter(
      ({ id }) => !isSameEvent || versionIn(locked, id) !== early.get(id)?.current.version,
    )
    const again =
      stale.length > 0
        ? await planAll(stale, locked, await planningFor(tx, actor, event_id, manner))
        : new Map()
    // Seats may have changed since, which no version shows.
    const planned = locked.map(current => ({ ...(again.get(current.id) ?? early.get(current.id)!), current }))
    if (!manner.override) mustHaveRoom(items, planned)
    return apply(tx, actor, event_id, planned, manner, null)
  })
}

/** What an undoing does besides restoring sessions, once these are restored. */
export type Undoing = {
  /** the change that it takes back */
  change_id: number
  /** Ends the offers of the change, and offers back what was given up because of it; returns those offers. */
  settleOffers: (restored: number[]) => Promise<Offer[]>
}

/** Writes what was planned, and everything that follows. */
export async function apply(
  tx: Db,
  actor: Actor,
  event_id: number,
  planned: PlannedChange[],
  { override, mail, outlook, basis, people_after }: ScheduleManner,
  undoing: Undoing | null,
): Promise<Rearranged> {
  const changes = planned.filter(changesAnything)
  const ids = changes.map(({ current }) => current.id)
  const outlookAfter = outlook || basis !== null ? await lookAhead(tx, event_id, ids) : undefined
  const beginning = await noteBeginning(tx, event_id, ids)
  const consequences = await carryOutChanges(tx, actor, changes, { override, mail })
  const back = consequences && undoing ? await undoing.settleOffers(ids) : []
  const repetitions = consequences && mail ? await offerRepetitions(tx, actor, beginning) : []
  const sessions = changes.map(summaryOf)
  const undoes = undoing?.change_id ?? null
  const change = consequences
    ? await insertScheduleChange(tx, actor, { event_id, undoes, sessions: sessions.map(recordOf) })
    : null
  if (change) await insertNotices(tx, actor, change, beginning, mail)
  if (mail) await tellOfOffers(tx, actor, event_id, back)
  const people_not_told = (consequences?.people_not_told ?? 0) + (mail ? 0 : back.length)
  const ahead = await outlookAfter?.(people_after, sessions.map(recordOf))
  if (basis !== null && ahead?.basis !== basis) throw outdated()
  const offered = back.length + repetitions.length
  return {
    // A rehearsal leaves nothing that could be taken back.
    change: outlook ? null : change,
    sessions: sessions.map(({ id, name, version, fields }) => ({ id, name, version, fields })),
    ...(offered > 0 && { offered }),
    ...(consequences as Partial<Rearranged>),
    ...(people_not_told > 0 && { people_not_told }),
    ...ahead,
  }
}

/** Offers each registrant whose seat is gone, or in conflict, one in a repetition: the first that fits and has a free one. */
async function offerRepetitions(db: Db, actor: Actor, beginning: Beginning): Promise<Offer[]> {
  const found = await listRepetitions(db, beginning, actor.now)
  return offerSeats(
    db,
    actor,
    beginning.event_id,
    found.map(({ registrant_id, session_ids }) => ({ registrant_id, offerFirst: session_ids })),
  )
}

/** A seat that is kept for a registrant. */
export type Offer = { registrant_id: number; session_id: number }

/** Keeps seats for registrants, as far as there are free ones, and ends the offers that they are to leave; returns what is kept. */
export async function offerSeats(
  db: Db,
  actor: Actor,
  event_id: number,
  wishes: { registrant_id: number; offerFirst?: number[]; leave?: number[] }[],
): Promise<Offer[]> {
  if (wishes.length === 0) return []
  const orders = wishes.map(wish => ({
    actor: { ...actor, ifMatch: undefined },
    wish: { ...emptyWish, by: 'organiser' as const, ...wish },
  }))
  const outcomes = await carryOut(db, event_id, orders, actor.now)
  return outcomes.flatMap(outcome =>
    'granted' in outcome && outcome.granted
      ? outcome.moves.flatMap(({ registrant_id, session_id, to }) =>
          to === 'offered' ? [{ registrant_id, session_id }] : [],
        )
      : [],
  )
}

/** Each offer has an e-mail of its own: it ends, and says when. */
async function tellOfOffers(db: Db, actor: Actor, event_id: number, offers: Offer[]): Promise<void> {
  const letters = offers.map(offer => ({ ...offer, kind: 'offer' as const, dropped_session_ids: [] }))
  await insertLetters(db, { id: event_id, account_id: actor.account_id }, letters, actor.now)
}

type Summary = Pick<SessionRow, 'id' | 'name' | 'version'> & { fields: string[]; before: Body; after: Body }

/** What changes of a session, by the members that a client may say. */
function summaryOf({ current, next }: PlannedChange): Summary {
  const stored = asStored(next) as unknown as Body
  const fields = Object.keys(changesIn(stored, current) ?? {}).filter(field => said.has(field))
  const pick = (row: object) => Object.fromEntries(fields.map(field => [field, (row as Body)[field]]))
  const { id, name, version } = current
  return { id, name, version: version + 1, fields, before: pick(current), after: pick(stored) }
}

const said = new Set([...Object.keys(SessionInput.properties), 'custom_fields'])

const versionIn = (rows: SessionRow[], id: number) => rows.find(row => row.id === id)?.version

const recordOf = ({ id, name, before, after }: Summary): Recorded => ({ id, name, before, after })

const outdated = () =>
  new ApiError(
    409,
    'rehearsal_outdated',
    'The change would do something else now than when it was rehearsed: rehearse it again.',
  )
