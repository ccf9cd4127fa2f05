import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { insertSubmitterLetters } from '../../records/outbox/submitter-queries.ts'
import { lockAddress } from '../../registration/personal-links/queries.ts'
import { createContact } from '../cfs-contacts/cfs-contacts.ts'
import { type CallOfEvent, countLinksSince, type Form, findSubmitter, insertDraft } from './queries.ts'

const hour = 3_600_000
/** E-mails with a link that an address gets within an hour. */
const mostLinks = 3
/** Drafts that are kept of a submitter, and for how long, in milliseconds. */
const mostDrafts = 5
const draftLife = 7 * 24 * hour

/**
 * Keeps what somebody wrote in the open form, and sends a link to the address that they gave: behind it they submit it. Nobody
 * can tell from outside whether the address is known, or has had its e-mails for this hour.
 */
export async function keepDraft(
  db: Db,
  actor: Actor,
  call: CallOfEvent,
  person: { email: string; first_name: string | null; last_name: string | null },
  form: Form,
): Promise<void> {
  await transaction(db, async tx => {
    await lockAddress(tx, call.id, person.email)
    const known = await findSubmitter(tx, call.id, person.email)
    const { id } = known ?? (await createContact(tx, actor, { event_id: call.id, ...person }))
    const since = new Date(actor.now.getTime() - hour)
    if ((await countLinksSince(tx, id, since)) >= mostLinks) return
    const keeping = { most: mostDrafts, since: new Date(actor.now.getTime() - draftLife) }
    await insertDraft(tx, id, form, actor.now, keeping)
    await insertSubmitterLetters(tx, call, 'cfs_link', [id], actor.now)
  })
}
