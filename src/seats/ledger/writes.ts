import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import {
  type LedgerState,
  type Move,
  type Offer,
  type OnConflict,
  type RegType,
  type SelectionState,
  type Session,
  taken,
} from '../rules/state.ts'

/** What became of one registrant's selection of one session in a batch. */
export type Change = {
  actor: Actor
  registrant_id: number
  session_id: number
  before: { id: number; state: SelectionState } | null
  after: { state: SelectionState; on_conflict: OnConflict } | null
  /** the last move, which explains the change */
  move: Move
  offer: Offer | null
  /** the how-manieth they lined up in this batch, behind those who waited before; null when they did not */
  linedUp: number | null
}

/**
 * What a change stores; who lined up anew gets a new row, because the place in the line is the order of rows. A new offer
 * is stored also for whom had one before: it stands for its own time.
 */
export function splitRelined(change: Change): Change[] {
  const { before, after, move, offer, linedUp } = change
  if (before && after?.state === 'waitlisted' && linedUp !== null)
    return [
      { ...change, after: null },
      { ...change, before: null },
    ]
  const isSame = before?.state === after?.state && move.on_conflict === undefined && offer === null
  return isSame ? [] : [change]
}

/** Writes the selections, the counters and the change log of a batch; every statement is sent at once. */
export async function writeSelections(
  db: Db,
  ledger: LedgerState,
  changes: Change[],
  now: Date,
  overridden: Set<number>,
): Promise<void> {
  if (changes.length === 0) return
  const gone = changes.filter(change => change.before && !change.after)
  const kept = changes.filter(change => change.before && change.after)
  await Promise.all([
    // First, because who lines up again has a row in both.
    gone.length > 0 && deleteSelections(db, gone),
    kept.length > 0 && updateSelections(db, kept, now),
    insertAndLog(db, ledger, changes, now),
    writeCounters(db, changedSessions(ledger, changes), overridden),
  ])
}

async function deleteSelections(db: Db, changes: Change[]): Promise<void> {
  await db`delete from selections where id = any(${changes.map(change => change.before!.id)}::bigint[])`
}

async function updateSelections(db: Db, changes: Change[], now: Date): Promise<void> {
  await db`
    update selections s set state = c.state, on_conflict = c.on_conflict, override = greatest(s.override, c.override),
      offered_until = c.offered_until, expires_at = c.expires_at, updated_at = ${now}
    from unnest(${changes.map(change => change.before!.id)}::bigint[], ${changes.map(change => change.after!.state)}::text[],
      ${changes.map(change => change.after!.on_conflict)}::text[], ${changes.map(change => Number(change.move.override ?? false))}::smallint[],
      ${changes.map(offeredUntil)}::timestamptz[], ${changes.map(expiresAt)}::timestamptz[])
      as c (id, state, on_conflict, override, offered_until, expires_at)
    where s.id = c.id`
}

function changedSessions(ledger: LedgerState, changes: Change[]): Session[] {
  return [...new Set(changes.map(change => change.session_id))]
    .sort((a, b) => a - b)
    .map(id => ledger.sessions.get(id)!)
}

/** Only an override may add to `overbooked`: without one the check on the table refuses a seat that does not exist. */
async function writeCounters(db: Db, sessions: Session[], overridden: Set<number>): Promise<void> {
  const column = (read: (session: Session) => number) => sessions.map(read)
  const excess = (session: Session) =>
    session.capacity === null ? 0 : Math.max(0, taken(session) - session.capacity)
  await db`
    update sessions s set selected_count = c.selected, held_count = c.held, offered_count = c.offered, waitlisted_count = c.waitlisted,
      overbooked = case when c.overridden = 1 then c.excess else least(s.overbooked, c.excess) end
    from unnest(${column(session => session.id)}::bigint[], ${column(session => session.selected)}::int[], ${column(session => session.held)}::int[],
      ${column(session => session.offered)}::int[], ${column(session => session.waitlisted)}::int[], ${column(excess)}::int[],
      ${column(session => Number(overridden.has(session.id)))}::int[]) as c (id, selected, held, offered, waitlisted, excess, overridden)
    where s.id = c.id`
}

/** Inserts the selections that are new, and records all changes in their order. Arrays are read faster than one JSON text. */
async function insertAndLog(db: Db, { event }: LedgerState, changes: Change[], now: Date): Promise<void> {
  const column = <T>(read: (change: Change) => T) => changes.map(read)
  const { account_id } = changes[0]!.actor
  await db`
    with given as materialized (
        select * from unnest(${column(change => change.before?.id ?? null)}::bigint[],
          ${column(change => change.registrant_id)}::bigint[], ${column(change => change.session_id)}::bigint[],
          ${column(change => change.after?.state ?? null)}::text[], ${column(change => change.after?.on_conflict ?? null)}::text[],
          ${column(change => Number(change.move.override ?? false))}::smallint[],
          ${column(offeredUntil)}::timestamptz[], ${column(expiresAt)}::timestamptz[], ${column(change => change.linedUp)}::int[],
          ${column(change => change.actor.actor_id)}::bigint[], ${column(change => change.actor.request_id)}::text[],
          ${column(recordBefore) as never}::jsonb[], ${column(recordAfter) as never}::jsonb[]) with ordinality
          as c (id, registrant_id, session_id, state, on_conflict, override, offered_until, expires_at, lined_up, actor_id, request_id, before, after, place)),
      fresh as (
        insert into selections
          (account_id, event_id, registrant_id, session_id, state, on_conflict, override, offered_until, expires_at, created_at, updated_at)
        select ${account_id}, ${event.id}, registrant_id, session_id, state, on_conflict, override, offered_until, expires_at, ${now}, ${now}
        from given where id is null order by lined_up nulls first, place
        returning id, registrant_id, session_id)
    insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, before, after, created_at)
    select ${account_id}, ${event.id}, 'selection', coalesce(c.id, f.id),
      case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end, c.actor_id, c.request_id,
      c.before, c.after, ${now}
    from given c left join fresh f on c.id is null and f.registrant_id = c.registrant_id and f.session_id = c.session_id
    order by c.place`
}

const isoOf = (moment: number | undefined) => (moment === undefined ? null : new Date(moment).toISOString())
const offeredUntil = ({ offer }: Change) => isoOf(offer?.until)
const expiresAt = ({ offer }: Change) => isoOf(offer?.expires)

/** What the change log says was there; of what is gone, why. */
const recordBefore = ({ registrant_id, session_id, before, after, move }: Change) =>
  before && { registrant_id, session_id, state: before.state, ...(!after && explanation(move)) }

/** What the change log says is there, and why. */
const recordAfter = ({ registrant_id, session_id, after, move }: Change) =>
  after && { registrant_id, session_id, state: after.state, ...explanation(move) }

/** Counts new versions of registrants whose seats changed; their selections have the change records. */
export async function writeVersions(db: Db, renewed: Map<number, number>, now: Date): Promise<void> {
  if (renewed.size === 0) return
  await db`
    update registrants r set version = version + c.times, updated_at = ${now}
    from unnest(${[...renewed.keys()]}::bigint[], ${[...renewed.values()]}::int[]) as c (id, times)
    where r.id = c.id`
}

const explanation = ({ why, override, about }: Move) => ({ why, ...(override && { override }), ...about })

/** Writes how many registrants an event and its types have. */
export async function writeRegistrantCounts(db: Db, { event, regTypes }: LedgerState): Promise<void> {
  const types = [...regTypes.values()]
  await Promise.all([
    db`update events set registrants_count = ${event.registrants} where id = ${event.id} and registrants_count <> ${event.registrants}`,
    types.length > 0 && writeTypeCounts(db, types),
  ])
}

async function writeTypeCounts(db: Db, types: RegType[]): Promise<void> {
  await db`
    update reg_types t set registrants_count = c.registrants
    from unnest(${types.map(type => type.id)}::bigint[], ${types.map(type => type.registrants)}::int[]) as c (id, registrants)
    where t.id = c.id and t.registrants_count <> c.registrants`
}
