import type { Db } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import { type Books, type Move, type OnConflict, type SelectionState, type Session, taken } from './books.ts'

/** What became of one registrant's selection of one session in a batch. */
export type Change = {
  actor: Actor
  registrant_id: number
  session_id: number
  before: { id: number; state: SelectionState } | null
  after: { state: SelectionState; on_conflict: OnConflict } | null
  /** the last move, which explains the change */
  move: Move
  expires_at: Date | null
  /** whether they lined up in this batch, behind those who waited before */
  isLate: boolean
}

type Written = { id: number; registrant_id: number; session_id: number }

/** Writes the selections, the counters and the change log of a batch, each with one statement. */
export async function writeSelections(
  db: Db,
  books: Books,
  changes: Change[],
  now: Date,
  overridden: Set<number>,
): Promise<void> {
  if (changes.length === 0) return
  const gone = changes.filter(change => change.before && !change.after)
  const fresh = changes.filter(change => !change.before && change.after)
  const kept = changes.filter(change => change.before && change.after)
  // First, because who lines up again has a row in both.
  if (gone.length > 0)
    await db`delete from selections where id = any(${gone.map(change => change.before!.id)}::bigint[])`
  const [created] = await Promise.all([
    fresh.length > 0 ? insertSelections(db, books, fresh, now) : [],
    kept.length > 0 && updateSelections(db, kept, now),
    writeCounters(db, changedSessions(books, changes), overridden),
  ])
  const ids = new Map(created.map(row => [`${row.registrant_id} ${row.session_id}`, row.id]))
  await logSelections(
    db,
    books,
    changes,
    change => change.before?.id ?? ids.get(`${change.registrant_id} ${change.session_id}`)!,
    now,
  )
}

function insertSelections(db: Db, { event }: Books, changes: Change[], now: Date): Promise<Written[]> {
  return db<Written[]>`
    insert into selections
      (account_id, event_id, registrant_id, session_id, state, on_conflict, override, expires_at, created_at, updated_at)
    select ${changes[0]!.actor.account_id}, ${event.id}, c.registrant_id, c.session_id, c.state, c.on_conflict, c.override, c.expires_at, ${now}, ${now}
    from unnest(${changes.map(change => change.registrant_id)}::bigint[], ${changes.map(change => change.session_id)}::bigint[],
      ${changes.map(change => change.after!.state)}::text[], ${changes.map(change => change.after!.on_conflict)}::text[],
      ${changes.map(change => Number(change.move.override ?? false))}::smallint[], ${changes.map(change => change.expires_at?.toISOString() ?? null)}::timestamptz[])
      with ordinality as c (registrant_id, session_id, state, on_conflict, override, expires_at, place)
    order by c.place
    returning id, registrant_id, session_id`
}

async function updateSelections(db: Db, changes: Change[], now: Date): Promise<void> {
  await db`
    update selections s set state = c.state, on_conflict = c.on_conflict, override = c.override, expires_at = c.expires_at, updated_at = ${now}
    from unnest(${changes.map(change => change.before!.id)}::bigint[], ${changes.map(change => change.after!.state)}::text[],
      ${changes.map(change => change.after!.on_conflict)}::text[], ${changes.map(change => Number(change.move.override ?? false))}::smallint[],
      ${changes.map(change => change.expires_at?.toISOString() ?? null)}::timestamptz[]) as c (id, state, on_conflict, override, expires_at)
    where s.id = c.id`
}

function changedSessions(books: Books, changes: Change[]): Session[] {
  return [...new Set(changes.map(change => change.session_id))]
    .sort((a, b) => a - b)
    .map(id => books.sessions.get(id)!)
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

async function logSelections(
  db: Db,
  { event }: Books,
  changes: Change[],
  idOf: (change: Change) => number,
  now: Date,
): Promise<void> {
  const rows = changes.map(change => {
    const { registrant_id, session_id, before, after, move } = change
    return {
      object_id: idOf(change),
      action: !before ? 'create' : !after ? 'delete' : 'update',
      credential_id: change.actor.credential_id,
      request_id: change.actor.request_id,
      before: before && { registrant_id, session_id, state: before.state, ...(!after && explanation(move)) },
      after: after && { registrant_id, session_id, state: after.state, ...explanation(move) },
    }
  })
  await db`
    insert into changes (account_id, event_id, object, object_id, action, credential_id, request_id, before, after, created_at)
    select ${changes[0]!.actor.account_id}, ${event.id}, 'selection', c.object_id, c.action, c.credential_id, c.request_id,
      nullif(c.before, 'null'), nullif(c.after, 'null'), ${now}
    from jsonb_to_recordset(${db.json(rows as never)}) as c (object_id bigint, action text, credential_id bigint, request_id text, before jsonb, after jsonb)`
}

const explanation = ({ why, override, about }: Move) => ({ why, ...(override && { override }), ...about })

/** Writes how many registrants an event and its types have. */
export async function writeRegistrantCounts(db: Db, { event, regTypes }: Books): Promise<void> {
  const types = [...regTypes.values()]
  await db`update events set registrants_count = ${event.registrants} where id = ${event.id} and registrants_count <> ${event.registrants}`
  if (types.length === 0) return
  await db`
    update reg_types t set registrants_count = c.registrants
    from unnest(${types.map(type => type.id)}::bigint[], ${types.map(type => type.registrants)}::int[]) as c (id, registrants)
    where t.id = c.id and t.registrants_count <> c.registrants`
}
