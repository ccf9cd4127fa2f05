import Type from 'typebox'
import { invalid, notFound } from '../../errors.ts'
import { answerOf, pageSchema } from '../../http/document/schemas.ts'
import { attributesOf } from '../../http/lists/attributes.ts'
import { mustNameEvent, readListing, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { mustNotExpect } from '../../http/server/etag.ts'
import { Id } from '../../http/values/values.ts'
import { mustOwnEvent } from '../../records/events/events.ts'

/**
 * What the hosted API sells, and Lectern does not: it handles no money. Connectors that walk all lists find them empty, and
 * a write is told why nothing comes of it.
 */
const nouns = [
  { path: 'packages', name: 'Package', one: 'package', noun: 'Package' },
  { path: 'discounts', name: 'Discount', one: 'discount', noun: 'Discount' },
  { path: 'transactions', name: 'Transaction', one: 'transaction', noun: 'Transaction' },
  { path: 'registrant-line-items', name: 'RegistrantLineItem', one: 'line item', noun: 'Line item' },
  { path: 'invitation-lists', name: 'InvitationList', one: 'invitation list', noun: 'Invitation list' },
]

const tag = 'Not sold here'
const Nothing = Type.Object({ id: Id({ description: 'Unique identifier.', examples: [1] }) })
const lists = { attributes: attributesOf(Nothing), sparse: ['id'] }
const page = pageSchema('Nothing', Nothing)
const nothing = answerOf('Nothing', Nothing)

const refuse = ({ actor }: Call): never => {
  mustNotExpect(actor.ifMatch)
  throw invalid([
    {
      field: 'id',
      type: 'not_sold_here',
      message:
        'Lectern handles no money, and sends no invitations: this can be neither created nor changed here.',
    },
  ])
}

export const notSoldOperations: Operation[] = nouns.flatMap(({ path, name, one, noun }): Operation[] => [
  {
    spellings: [`GET /${path}`],
    id: `list${name}s`,
    tag,
    summary: `List the ${one}s of an event`,
    description: 'Always empty: Lectern handles no money, and says so.',
    query: eventListQuery(lists),
    reads: lists,
    success: { 200: page },
    failures: [404],
    isList: true,
    handler: async ({ db, query, account_id, selfUrl }: Call) => {
      const listing = readListing(query, lists)
      await mustOwnEvent(db, account_id, mustNameEvent(query))
      return renderPage([], 0, listing, selfUrl)
    },
  },
  {
    spellings: [`GET /${path}/:id`],
    id: `get${name}`,
    tag,
    summary: `Get a ${one}`,
    description: 'Always 404: there is none.',
    noun,
    success: { 200: nothing },
    failures: [404],
    handler: ({ id }: Call): never => {
      throw notFound(noun, id)
    },
  },
  {
    spellings: [`POST /${path}/create`, `POST /${path}`],
    id: `create${name}`,
    tag,
    summary: `Create a ${one}`,
    description: 'Always 422 `not_sold_here`.',
    takesKey: false,
    success: { 201: nothing },
    failures: [422],
    handler: refuse,
  },
  {
    spellings: [`PUT /${path}/update/:id`, `PUT /${path}/:id`, `PATCH /${path}/:id`],
    id: `update${name}`,
    tag,
    summary: `Update a ${one}`,
    description: 'Always 422 `not_sold_here`.',
    noun,
    success: { 200: nothing },
    failures: [422],
    handler: refuse,
  },
  {
    spellings: [`DELETE /${path}/delete/:id`, `DELETE /${path}/:id`],
    id: `delete${name}`,
    tag,
    summary: `Delete a ${one}`,
    description: 'Always 422 `not_sold_here`.',
    noun,
    success: { 204: Type.Null() },
    failures: [422],
    handler: refuse,
  },
])
