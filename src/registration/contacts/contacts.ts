import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { withholdAnswers } from '../../http/once.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, readNew, readUpdate, settle } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { blankContactHistory } from '../../records/contacts/queries.ts'
import { deleteImages } from '../../records/images/queries.ts'
import { forgetPerson } from '../privacy/privacy.ts'
import {
  type ContactRow,
  deleteContact,
  findContact,
  insertContact,
  listAddressesOf,
  listDeletedPeopleOf,
  listPeopleOfContact,
  lockContact,
  updateContact,
} from './queries.ts'
import { Contact, ContactInput } from './schema.ts'

const members = viewOf(Contact)

export const showContact = (row: ContactRow) =>
  members({ ...row, gender: { id: null, value: row.gender } } as never)

/** Creates a contact. Throws 422. */
export async function createContact(db: Db, actor: Actor, body: Body): Promise<ContactRow> {
  return insertContact(db, actor, settle(readNew(ContactInput, body)))
}

/** Changes the given members of a contact. Throws 404, 412, 422. */
export function changeContact(db: Db, actor: Actor, id: number, body: Body): Promise<ContactRow> {
  return transaction(db, async tx => {
    const contact = await mustLock(tx, actor, id)
    if (contact.forgotten_at) throw invalid([forgotten])
    const changes = changesIn(settle(readUpdate(ContactInput, body, contact)), contact)
    return changes ? updateContact(tx, actor, id, changes) : contact
  })
}

/** Deletes a contact. Throws 404, 412, and 422 for one that registrations or appearances have, unless forced. */
export function removeContact(db: Db, actor: Actor, id: number, force: boolean): Promise<void> {
  return transaction(db, async tx => {
    await mustLock(tx, actor, id)
    const { registrants, speakers } = await listPeopleOfContact(tx, id)
    const number = registrants.length + speakers.length
    if (number > 0 && !force) throw invalid([inUse(number)])
    await deleteContact(tx, actor, id)
  })
}

/**
 * Forgets each registration and appearance of a contact, also those that were deleted, then the contact: names and address go, also from the change log and
 * remembered answers. `forgetSpeaker` forgets an appearance. A second time changes nothing. Throws 404, 412.
 */
export function forgetContact(
  db: Db,
  actor: Actor,
  id: number,
  forgetSpeaker: (db: Db, actor: Actor, id: number) => Promise<unknown>,
): Promise<ContactRow> {
  return transaction(db, async tx => {
    const found = await mustFindContact(tx, actor.account_id, id)
    mustMatchVersion(actor.ifMatch, found.version)
    if (found.forgotten_at) return found
    // Their events are locked before the contact, as where registrants are written.
    const unconditional = { ...actor, ifMatch: undefined }
    const { registrants, speakers } = await listPeopleOfContact(tx, id)
    // The contact stays until its turn, though nobody else has it.
    await updateContact(tx, unconditional, id, {})
    for (const { object, object_id } of await listDeletedPeopleOf(tx, actor.account_id, id))
      if (object === 'registrant') registrants.push(object_id)
      else speakers.push(object_id)
    for (const registrant_id of registrants) await forgetPerson(tx, unconditional, registrant_id)
    for (const speaker_id of speakers) await forgetSpeaker(tx, unconditional, speaker_id)
    const contact = await mustLock(tx, unconditional, id)
    const blanks = Object.fromEntries(
      Object.keys(ContactInput.properties).flatMap(name =>
        ['email', 'subscribe_status'].includes(name) ? [] : [[name, null]],
      ),
    )
    const email = `forgotten-contact-${id}@invalid`
    const addresses = new Set([contact.email, ...(await listAddressesOf(tx, actor.account_id, id))])
    const row = await updateContact(tx, unconditional, id, { ...blanks, email, forgotten_at: actor.now })
    await blankContactHistory(tx, actor.account_id, id)
    await deleteImages(tx, 'contact', id)
    for (const text of [...addresses].map(address => JSON.stringify(address)))
      await withholdAnswers(tx, tx`account_id = ${actor.account_id} and strpos(body, ${text}) > 0`)
    return row
  })
}

export async function mustFindContact(db: Db, account_id: number, id: number): Promise<ContactRow> {
  const contact = await findContact(db, account_id, id)
  if (!contact) throw notFound('Contact', id)
  return contact
}

async function mustLock(db: Db, actor: Actor, id: number): Promise<ContactRow> {
  const contact = await lockContact(db, actor.account_id, id)
  if (!contact) throw notFound('Contact', id)
  mustMatchVersion(actor.ifMatch, contact.version)
  return contact
}

const inUse = (number: number): Fault => ({
  field: 'id',
  type: 'in_use',
  message: `Registrations and appearances of this contact: ${number}. force=1 deletes it all the same, and leaves them without one.`,
})
const forgotten: Fault = { field: 'id', type: 'forgotten', message: 'This contact was forgotten.' }
