import type { Db } from '../../db/connection.ts'
import { ApiError, type Fault, invalid, mustBeValid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, readNew } from '../../http/values/draft.ts'
import { faultOf } from '../../http/values/values.ts'
import { faultsOfSeats } from '../../registration/desk/sessions.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { type PlannedChange, type Planning, planChange } from '../sessions/change.ts'
import { faultsOfPlacement, type Placed } from '../sessions/placement.ts'
import type { SessionRow } from '../sessions/queries.ts'
import { readPlacements } from './queries.ts'
import { mostSessions, scheduledItem } from './schema.ts'

/** What is wanted of a session of a schedule; `place` is its place in the body. */
export type Item = { id: number; version: number | null; body: Body; place: number }

/** Reads the sessions of a body. Throws 422 for what is no list of sessions, each once, or has too many. */
export function readSchedule(given: unknown): Item[] {
  if (given === undefined || given === null)
    throw invalid([faultOf('sessions', { type: 'required', message: 'must be given.' })])
  const items: unknown[] = Array.isArray(given) ? given : [given]
  if (items.length > mostSessions)
    throw invalid([
      faultOf('sessions', {
        type: 'too_many',
        message: `has at most ${mostSessions} items: send the others by themselves.`,
      }),
    ])
  const faults: Fault[] = []
  const read = items.flatMap((item, place): Item[] => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      faults.push(faultOf('sessions', { type: 'object', message: 'must be a list of objects.' }))
      return []
    }
    const draft = readNew(scheduledItem, item as Body)
    faults.push(...draft.faults.map(fault => inPlace(fault, place)))
    const { id, version = null } = draft.given
    return id ? [{ id, version, body: item as Body, place }] : []
  })
  for (const { id, place } of read)
    if (read.find(item => item.id === id)!.place !== place)
      faults.push({ field: `sessions.${place}.id`, type: 'unique', message: `Session ${id} is named twice.` })
  mustBeValid(faults)
  return read
}

/** What changes of sessions are planned with, read once for all of them. */
export async function planningFor(
  db: Db,
  actor: Actor,
  event_id: number,
  { fields, override }: { fields: SessionFieldRow[]; override: boolean },
): Promise<Planning> {
  const placementOf = await readPlacements(db, event_id)
  const placed = (draft: Placed) => {
    const placement = placementOf(draft.given.track_id ?? null, draft.given.location_id ?? null)
    draft.faults.push(...faultsOfPlacement(draft, placement))
    return placement
  }
  return { actor: { ...actor, ifMatch: undefined }, fields, placed, override }
}

/** Plans the change of each session. Throws one 422 with what is wrong with any. */
export async function planAll(
  items: Item[],
  rows: SessionRow[],
  planning: Planning,
): Promise<Map<number, PlannedChange>> {
  const byId = new Map(rows.map(row => [row.id, row]))
  const faults: Fault[] = []
  const planned = new Map<number, PlannedChange>()
  for (const { id, body, place } of items) {
    const row = byId.get(id)
    try {
      if (row) planned.set(id, await planChange(row, body, planning))
      else
        faults.push(
          inPlace(
            { field: 'id', type: 'not_found', message: `Session ${id} does not belong to this event.` },
            place,
          ),
        )
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 422) throw error
      faults.push(...error.faults.map(fault => inPlace(fault, place)))
    }
  }
  mustBeValid(faults)
  return planned
}

/** Throws 412 naming every session that has another version than its change is meant for. */
export function mustHaveVersions(items: Item[], rows: SessionRow[]): void {
  const faults = items.flatMap(({ id, version, place }) => {
    const row = rows.find(each => each.id === id)
    if (!row || version === null || version === row.version) return []
    const message = `"${row.name}" was changed since: its version is ${row.version}.`
    return [
      {
        field: `sessions.${place}.version`,
        type: 'changed_since',
        session_id: id,
        version: row.version,
        message,
      },
    ]
  })
  if (faults.length > 0)
    throw new ApiError(412, 'precondition_failed', faults.map(({ message }) => message).join(' '), { faults })
}

/** Throws 422 for capacities below the seats that are taken now. */
export function mustHaveRoom(items: Item[], planned: PlannedChange[]): void {
  const placeOf = new Map(items.map(({ id, place }) => [id, place]))
  mustBeValid(
    planned.flatMap(({ current, given }) =>
      faultsOfSeats(current, given.capacity).map(fault => inPlace(fault, placeOf.get(current.id)!)),
    ),
  )
}

const inPlace = (fault: Fault, place: number): Fault => ({
  ...fault,
  field: `sessions.${place}.${fault.field}`,
})
