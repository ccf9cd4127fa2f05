import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { PlainQueries, type Row } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { newSecureId } from '../../records/secure-id.ts'
import { clearContact, countWorkOf, lockSubmissionsOf } from './queries.ts'
import { CfsContact, CfsContactInput, cfsContactLists } from './schema.ts'

/** Those who submit to the call for speakers of an event, and those who review it. */
export const cfsContacts = new PlainRecords(
  new PlainQueries({
    noun: 'Submitter or reviewer',
    tag: 'Submitters and reviewers',
    name: 'CfsContact',
    path: 'cfs-contacts',
    table: 'cfs_contacts',
    object: 'cfs_contact',
    input: CfsContactInput,
    record: CfsContact,
    lists: cfsContactLists,
    deletion:
      'Submissions of theirs stay, without a submitter; reviews of theirs go. One who has any needs `force=1`; 422 says how many.',
    clear: clearContact,
  }),
)
export type CfsContactRow = Row<typeof CfsContact>

/** Creates a submitter or reviewer. Throws 422. */
export async function createContact(db: Db, actor: Actor, body: Body): Promise<CfsContactRow> {
  const draft = cfsContacts.readNew(body)
  draft.given.secure_id ??= newSecureId()
  return cfsContacts.create(db, actor, draft)
}

/** Changes the given fields of a submitter or reviewer. Throws 404, 412, and 422, also for one who was forgotten. */
export async function changeContact(db: Db, actor: Actor, id: number, body: Body): Promise<CfsContactRow> {
  return transaction(db, async tx => {
    await cfsContacts.mustLock(tx, actor, id)
    const contact = await cfsContacts.mustFind(tx, actor.account_id, id)
    if ((contact as { forgotten_at?: string | null }).forgotten_at) throw invalid([forgotten])
    const draft = cfsContacts.readUpdate(body, contact)
    draft.given.secure_id ??= contact.secure_id
    return cfsContacts.write(tx, actor, contact, draft)
  })
}

/** Deletes a submitter or reviewer. Throws 404, 412; 422 for one who submitted or reviewed anything, unless forced. */
export async function removeContact(db: Db, actor: Actor, id: number, force: boolean): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await cfsContacts.mustFind(tx, actor.account_id, id)
    await lockEventSeats(tx, event_id)
    await lockSubmissionsOf(tx, id)
    await cfsContacts.mustLock(tx, actor, id)
    const work = await countWorkOf(tx, id)
    if (work.submissions + work.reviews > 0 && !force) throw invalid([hasWork(work)])
    await cfsContacts.remove(tx, actor, id)
  })
}

const forgotten: Fault = {
  field: 'id',
  type: 'forgotten',
  message: 'This submitter or reviewer was forgotten, and stays so: create another.',
}

const hasWork = ({ submissions, reviews }: { submissions: number; reviews: number }): Fault => ({
  field: 'id',
  type: 'has_submissions',
  submissions,
  reviews,
  message: `Submissions of this contact: ${submissions}; reviews: ${reviews}. force=1 deletes the contact all the same, and the reviews with it.`,
})
