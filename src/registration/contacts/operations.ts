import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { recordSchemas } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import {
  type Projection,
  project,
  readListing,
  readProjection,
  renderPage,
} from '../../http/lists/listing.ts'
import { listQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { write } from '../../http/write.ts'
import {
  changeContact,
  createContact,
  forgetContact,
  mustFindContact,
  removeContact,
  showContact,
} from './contacts.ts'
import { type ContactRow, findContactByExternalId, listContacts, listRegistrationsOf } from './queries.ts'
import { Contact, ContactInput, contactLists } from './schema.ts'

/** What contacts need of the program: `forgetSpeaker` is of what stands above them. */
type Parts = { forgetSpeaker: Parameters<typeof forgetContact>[3] }

const tag = 'Contacts'
const noun = 'Contact'
const schemas = recordSchemas('Contact', Contact, ContactInput)

export const contactOperations: Operation<Parts>[] = [
  {
    spellings: ['POST /contacts/create', 'POST /contacts'],
    id: 'createContact',
    tag,
    summary: 'Create a contact',
    description:
      'There is one for each address of the account: registrants and speakers make theirs when they first appear, and refer to it by `contact_id`. What it says is its own from then on.',
    query: writeQuery,
    body: schemas.input,
    success: { 201: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, body }) => created(await createContact(db, actor, body))),
  },
  {
    spellings: ['PUT /contacts/update/:id', 'PUT /contacts/:id', 'PATCH /contacts/:id'],
    id: 'updateContact',
    tag,
    summary: 'Update a contact',
    description: 'Only the given members change. Registrants and speakers keep what they say of themselves.',
    noun,
    query: writeQuery,
    body: schemas.update,
    aliases: contactLists.expansions,
    success: { 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, id, body }) => answered(await changeContact(db, actor, id, body))),
  },
  {
    spellings: ['PUT /contacts/external/:external_id'],
    id: 'upsertContact',
    tag,
    summary: 'Create or update a contact by its external id',
    query: writeQuery,
    body: schemas.upsert,
    aliases: contactLists.expansions,
    success: { 200: schemas.record, 201: schemas.record },
    handler: call =>
      upsert(call, {
        find: (db, actor, external_id) => findContactByExternalId(db, actor.account_id, external_id),
        create: async (db, actor, body) => created(await createContact(db, actor, body)),
        update: async (db, actor, id, body) => answered(await changeContact(db, actor, id, body)),
      }),
  },
  {
    spellings: ['DELETE /contacts/delete/:id', 'DELETE /contacts/:id'],
    id: 'deleteContact',
    tag,
    summary: 'Delete a contact',
    description:
      'One that registrations or appearances have needs `force=1`; 422 says how many. They are left without one.',
    noun,
    query: { ...writeQuery, force: Switch('`true`: deletes it although it is in use.') },
    failures: [422],
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        await removeContact(db, actor, id, isAsked(call, 'force'))
        return { status: 204 }
      }),
  },
  {
    spellings: ['PUT /contacts/forget/:id'],
    id: 'forgetContact',
    tag,
    summary: 'Forget a contact',
    description:
      'Forgets each registration and appearance of the contact, then the contact. Forgetting twice changes nothing.',
    noun,
    query: writeQuery,
    success: { 200: schemas.record },
    takesKey: false,
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        const contact = await forgetContact(db, actor, id, call.parts.forgetSpeaker)
        return answered(contact)
      }),
  },
  {
    spellings: ['GET /contacts'],
    id: 'listContacts',
    tag,
    summary: 'List the contacts of the account',
    query: listQuery(contactLists),
    reads: contactLists,
    success: { 200: schemas.page },
    isList: true,
    handler: async call => {
      const listing = readListing(call.query, contactLists)
      const { rows, total } = await listContacts(call.db, call.account_id, listing)
      return renderPage(await shown(call.db, rows, listing), total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /contacts/:id'],
    id: 'getContact',
    tag,
    summary: 'Get a contact',
    noun,
    query: projectionQuery(contactLists),
    reads: contactLists,
    success: { 200: schemas.record },
    handler: async call => {
      const contact = await mustFindContact(call.db, call.account_id, call.id)
      tagVersion(call.reply, contact.version)
      const [item] = await shown(call.db, [contact], readProjection(call.query, contactLists))
      return item
    },
  },
]

const created = (row: ContactRow) => ({
  ...answered(row),
  status: 201 as const,
  location: `/api/v1/contacts/${row.id}`,
})

const answered = (row: ContactRow) => ({ status: 200 as const, body: showContact(row), version: row.version })

/** Contacts with the fields that were asked for, and their registrations when these were. */
async function shown(db: Db, rows: ContactRow[], projection: Projection) {
  const registrations = projection.expand.has('registrants')
    ? await listRegistrationsOf(
        db,
        rows.map(({ id }) => id),
      )
    : []
  const byContact = Map.groupBy(registrations, ({ contact_id }) => contact_id)
  return rows.map(row => ({
    ...project(showContact(row), projection),
    ...(projection.expand.has('registrants') && {
      registrants: (byContact.get(row.id) ?? []).map(({ contact_id: _contact, ...registrant }) => registrant),
    }),
  }))
}
