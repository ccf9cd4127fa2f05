import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { ignoring } from '../../http/ignored.ts'
import { type Body, changesIn, type Given, readUpdate, settle } from '../../http/values/draft.ts'
import { customValuesIn, faultsOfShape, readCustomValues } from '../../records/custom-fields/values.ts'
import type { MovedSession } from '../../records/outbox/queries.ts'
import { tellOfMoves } from '../../registration/desk/moves.ts'
import {
  type Consequences,
  faultsOfSeats,
  includeEveryone,
  type NotIncluded,
  overbookedAt,
  settleSeatsOf,
} from '../../registration/desk/sessions.ts'
import { peopleToTell, tellOf } from '../../registration/desk/withdrawal.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import { notingConflicts } from '../../seats/ledger/conflicts.ts'
import { isIncludedLive, takesPlace } from '../../seats/rules/state.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { SessionInput } from './input-schema.ts'
import { chooseChangedZone, type Placed, placementOf } from './placement.ts'
import type { Placement, SessionRow, StoredSession } from './queries.ts'
import { mustFindSession, mustLockSession, type Written } from './sessions.ts'
import { asStored, timeFields, timesOf } from './times.ts'
import { updateSessions } from './write-queries.ts'

/** A change of one session, planned: nothing of it is written yet. */
export type PlannedChange = {
  current: SessionRow
  given: Given<SessionInput>
  next: StoredSession
}

/** What a change is planned with; `placed` finds the event, track and location that a session names. */
export type Planning = {
  actor: Actor
  fields: SessionFieldRow[]
  placed: (draft: Placed) => Placement | undefined | Promise<Placement | undefined>
  override: boolean
}

/**
 * Changes the given fields of a session. Times are resolved again only when a field that decides them is given.
 * Throws 404, 412 when `If-Match` names another version, 422.
 */
export async function changeSession(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  id: number,
  body: Body,
  { override = false, mail = false }: Partial<Manner> = {},
): Promise<Written> {
  return transaction(db, async tx => {
    const current = await mustLockSession(tx, actor, id)
    const placed = (draft: Placed) => placementOf(tx, actor, draft)
    const planned = await planChange(current, body, { actor, fields, placed, override })
    const consequences = await carryOutChanges(tx, actor, [planned], { override, mail })
    if (!consequences) return current
    return { ...(await mustFindSession(tx, actor.account_id, id)), ...consequences }
  })
}

/** Plans a change of a session from what is stored of it. Throws 422 with everything that is wrong with it. */
export async function planChange(
  current: SessionRow,
  body: Body,
  { actor, fields, placed, override }: Planning,
): Promise<PlannedChange> {
  const draft = readUpdate(SessionInput, body, current)
  delete draft.given.event_id
  const custom = readCustomValues(fields, customValuesIn(body), current.custom_fields)
  draft.faults.push(...faultsOfShape(body), ...custom.faults, ...ignoring(actor.ignored, custom.unknown))
  const merged = { ...current, ...draft.given, custom_fields: custom.values }
  const target = { given: merged, faults: draft.faults }
  const placement = await placed(target)
  const zone = chooseChangedZone(draft.given, current, placement!)
  const decidesTimes = timeFields.some(field => field in draft.given)
  const times = decidesTimes ? timesOf(draft, { ...merged, timezone: zone.timezone }) : {}
  if (!override) draft.faults.push(...faultsOfSeats(current, draft.given.capacity))
  settle(target)
  const next = {
    ...merged,
    ...zone,
    ...times,
    secure_id: merged.secure_id ?? current.secure_id,
  } as StoredSession
  return { current, given: draft.given, next }
}

/** Whether a planned change changes anything. */
export const changesAnything = ({ next, current }: PlannedChange) =>
  changesIn(asStored(next), current) !== undefined

/**
 * Writes planned changes of sessions of one event, whose lock is held and whose rows are locked, and everything that follows
 * from them: waitlists move, included sessions take registrants in, and people are told when that is wanted. Undefined when
 * nothing changes.
 */
export async function carryOutChanges(
  tx: Db,
  actor: Actor,
  planned: PlannedChange[],
  { override, mail }: Manner,
): Promise<Consequences | undefined> {
  const changes = planned.filter(changesAnything)
  if (changes.length === 0) return undefined
  const { event_id } = changes[0]!.current
  const isOn = new Map(changes.map(({ current, next }) => [current.id, takesPlace(next)]))
  const concerned = changes.filter(({ current, next }) => mail || takesPlace(current) !== takesPlace(next))
  const people = await peopleToTell(
    tx,
    concerned.map(({ current }) => current),
    id => isOn.get(id)!,
  )
  // Where nothing of these changes nothing new can be in conflict.
  const moved = changes.filter(({ given }) => conflictFields.some(field => field in given))
  const new_conflicts = await notingConflicts(
    tx,
    actor,
    event_id,
    moved.map(({ current }) => current.id),
    () =>
      updateSessions(
        tx,
        actor,
        changes.map(({ current, next }) => ({
          id: current.id,
          session: next,
          overbooked: overbookedAt(current, next.capacity),
        })),
      ),
  )
  const including = changes.filter(mayTakeIn)
  const not_included: NotIncluded[] = []
  for (const { current, next } of including)
    not_included.push(
      ...(await includeEveryone(
        tx,
        actor,
        current,
        override && isIncludedLive(next) && !isIncludedLive(current),
      )),
    )
  if (including.length === 0 && changes.some(({ given }) => seatFields.some(field => field in given)))
    await settleSeatsOf(tx, actor, event_id)
  const people_not_told =
    (await tellOf(tx, actor, event_id, people, mail)) +
    (await tellOfMoves(tx, actor, event_id, changes.flatMap(moveIn), mail))
  return {
    ...(including.length > 0 && { not_included }),
    ...(new_conflicts.length > 0 && { new_conflicts }),
    ...(people_not_told > 0 && { people_not_told }),
  }
}

/** What those who are in a session have to know of a change: it takes place at another time, or in another location. */
function moveIn({ current, next }: PlannedChange): MovedSession[] {
  const isMoved = movingFields.some(field => asStored(next)[field] !== current[field])
  if (!isMoved || !takesPlace(current) || !takesPlace(next)) return []
  const { id, date, start_time, end_time, timezone, times_with_timezone, location_name } = current
  return [
    { session_id: id, before: { date, start_time, end_time, timezone, times_with_timezone, location_name } },
  ]
}

const movingFields = [
  'date',
  'start_time',
  'end_time',
  'timezone',
  'starts_at',
  'ends_at',
  'location_id',
] as const

/** Whether a session is included after a change that may let in those who were not in it. */
function mayTakeIn({ current, given, next }: PlannedChange): boolean {
  const isNewlyIn = isIncludedLive(next) && !isIncludedLive(current)
  return isIncludedLive(next) && (isNewlyIn || includingFields.some(field => field in given))
}

/** Fields that decide what a session is in conflict with. */
const conflictFields = [...timeFields, 'prevent_session_conflicts', 'session_status'] as const

/** Fields that may make room for those who wait, or take out of the way of a swap what is locked. */
const seatFields = [...conflictFields, 'capacity', 'selection_control', 'locked_when_saved'] as const

/** Fields of an included session that may let in who did not fit before. */
const includingFields = [...timeFields, 'selection_control', 'capacity', 'prevent_session_conflicts'] as const
