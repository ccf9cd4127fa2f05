import type { Db } from '../../db/connection.ts'
import { type Projection, project } from '../../http/lists/listing.ts'
import { viewOf } from '../../http/view.ts'
import { listSessionBriefs } from '../../records/sessions/brief-queries.ts'
import { speakersOfEvents } from '../speakers/view.ts'
import type { ChangedEvent } from './events.ts'
import type { EventRow } from './queries.ts'
import { Event } from './schema.ts'

/** An event as it leaves. */
export const toEvent = viewOf(Event)

/** An event as a write returns it: with what happened to seats. */
export function toWrittenEvent({ not_included, new_conflicts, ...event }: ChangedEvent) {
  return { ...toEvent(event), ...(not_included && { not_included }), ...(new_conflicts && { new_conflicts }) }
}

/** Events with the fields and related objects that were asked for. */
export async function showEvents(db: Db, rows: EventRow[], projection: Projection) {
  const { expand } = projection
  const ids = rows.map(row => row.id)
  const [sessions, speakersOf] = await Promise.all([
    expand.has('sessions') ? listSessionBriefs(db, ids) : undefined,
    expand.has('speakers') ? speakersOfEvents(db, ids) : undefined,
  ])
  const sessionsOf = Map.groupBy(sessions ?? [], session => session.event_id)
  return rows.map(row =>
    project(
      {
        ...toEvent(row),
        ...(sessions && { sessions: sessionsOf.get(row.id) ?? [] }),
        ...(speakersOf && { speakers: speakersOf(row.id) }),
      },
      projection,
    ),
  )
}
