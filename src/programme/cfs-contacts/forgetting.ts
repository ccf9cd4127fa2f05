import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { newSecureId } from '../../records/secure-id.ts'
import {
  blankContact,
  blankNotes,
  blankProposals,
  blankTraces,
  listSubmittedBy,
  lockRemains,
} from './forgetting-queries.ts'
import { findTraceOf, lockSubmissionsOf } from './queries.ts'
import { CfsContactInput } from './schema.ts'

/** Members that say nothing about who somebody is, and the number by which other systems know them. */
const impersonal = ['event_id', 'submitter', 'reviewer', 'secure_id', 'external_id']
const blanks: Record<string, null> = Object.fromEntries(
  Object.keys(CfsContactInput.properties).flatMap(name => (impersonal.includes(name) ? [] : [[name, null]])),
)

/**
 * Forgets a submitter or reviewer, also one who was deleted: whatever says who they are goes, from their row, from who is to
 * speak in submissions, from notes of reviews that they wrote or that are about them, from e-mails, links, the change log and
 * remembered answers. What they submitted stays, and so do ratings. A second time changes nothing. Throws 404.
 */
export function forgetContact(
  db: Db,
  actor: Actor,
  id: number,
): Promise<{ id: number; forgotten_at: string }> {
  return transaction(db, async tx => {
    const trace = await findTraceOf(tx, actor.account_id, id)
    if (!trace) throw notFound('Submitter or reviewer', id)
    await lockEventSeats(tx, trace.event_id)
    await lockSubmissionsOf(tx, id)
    const known = await lockRemains(tx, actor.account_id, id)
    if (!known) throw notFound('Submitter or reviewer', id)
    if (known.forgotten_at) return { id, forgotten_at: known.forgotten_at }
    const submitted = await listSubmittedBy(tx, actor.account_id, id)
    await blankProposals(tx, actor, submitted, known)
    await blankNotes(tx, actor, id, known.event_id, submitted)
    if (!known.isDeleted) await blankContact(tx, actor, id, blanks, newSecureId())
    await blankTraces(tx, actor, id, known, blanks)
    return { id, forgotten_at: actor.now.toISOString().slice(0, 19).replace('T', ' ') }
  })
}
