import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { dropContact, listContactsEverOf } from '../../records/contacts/queries.ts'
import { deleteImages } from '../../records/images/queries.ts'
import { blankProposalsOf } from '../cfs-contacts/forgetting-queries.ts'
import { blankSpeaker, blankTraces, lockRemains } from './forgetting-queries.ts'
import { SpeakerInput } from './schema.ts'

/** Members that say nothing about who a speaker is, and the number by which imports recognise them. */
const impersonal = ['event_id', 'cfs_speaker', 'event_sort', 'external_id', 'links', 'availabilities']
const blanks: Record<string, null> = Object.fromEntries(
  Object.keys(SpeakerInput.properties).flatMap(name => (impersonal.includes(name) ? [] : [[name, null]])),
)

/**
 * Forgets a speaker, also one who was deleted: whatever says who they are goes, from their row, from the change log, from
 * what imports remember, and from answers that are remembered for repetitions. A second time changes nothing. Throws 404.
 */
export function forgetSpeaker(
  db: Db,
  actor: Actor,
  id: number,
): Promise<{ id: number; forgotten_at: string }> {
  return transaction(db, async tx => {
    const known = await lockRemains(tx, actor.account_id, id)
    if (!known) throw notFound('Speaker', id)
    if (known.forgotten_at) return { id, forgotten_at: known.forgotten_at }
    const { account_id } = actor
    const contacts = await listContactsEverOf(tx, 'speaker', { account_id, id, contact_id: known.contact_id })
    await blankSpeaker(tx, actor, id, blanks)
    await blankProposalsOf(tx, actor, { id, event_id: known.event_id })
    await blankTraces(tx, actor.account_id, { id, event_id: known.event_id }, blanks)
    await deleteImages(tx, 'speaker', id)
    for (const contact of contacts) await dropContact(tx, actor, contact)
    return { id, forgotten_at: `${actor.now.toISOString().slice(0, 19).replace('T', ' ')}` }
  })
}
