import { badRequest } from '../../errors.ts'
import { answerOf } from '../../http/document/schemas.ts'
import { mustNameEvent } from '../../http/lists/listing.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { write } from '../../http/write.ts'
import { plainOperations } from '../../records/plain/operations.ts'
import { maskContact } from '../reviews/view.ts'
import { viewpointOf } from '../reviews/viewpoint.ts'
import {
  type CfsContactRow,
  cfsContacts,
  changeContact,
  createContact,
  removeContact,
} from './cfs-contacts.ts'
import { forgetContact } from './forgetting.ts'
import { ForgottenCfsContact } from './schema.ts'

const plain = plainOperations(cfsContacts, {
  verbs: {
    create: createContact,
    change: (db, actor, id, body) => changeContact(db, actor, id, body),
    remove: (db, actor, id, call) => removeContact(db, actor, id, isAsked(call, 'force')),
  },
  related: hidden,
})

export const cfsContactOperations: Operation[] = [
  {
    ...plain.create,
    description:
      'One who submits needs an address, to which e-mails go. Users become reviewers when they get that role.',
  },
  plain.update,
  plain.upsert,
  {
    ...plain.delete,
    query: { ...writeQuery, force: Switch('`true`: deletes one who submitted or reviewed something.') },
    failures: [422],
  },
  {
    ...plain.list,
    description: '`search=reviewer=true` lists the reviewers, `search=submitter=true` the submitters.',
    handler: async call => {
      const view = await viewpointOf(call.db, call.caller, mustNameEvent(call.query))
      const { search, sort } = call.query
      if (view !== 'organiser' && view.isBlind && (search ?? sort))
        throw badRequest('bad_parameter', 'Reviewers do not search or sort people while reviews are blind.')
      return plain.list.handler(call)
    },
  },
  plain.get,
  {
    spellings: ['POST /cfs-contacts/:id/forget'],
    id: 'forgetCfsContact',
    tag: 'Submitters and reviewers',
    summary: 'Forget a submitter or reviewer',
    description:
      'Anonymises them for good: name, address and the rest are emptied, also where submissions name them as a speaker, in the change log, e-mails and remembered answers. Notes of reviews that they wrote, or that are about what they submitted, are emptied, too; ratings and submissions stay. A speaker that they became is forgotten by a call of its own. Forgetting twice changes nothing.',
    noun: 'Submitter or reviewer',
    query: writeQuery,
    success: { 200: answerOf('ForgottenCfsContact', ForgottenCfsContact) },
    handler: call =>
      write(call, async ({ db, actor, id }) => ({ status: 200, body: await forgetContact(db, actor, id) })),
  },
]

/** Blanks for what the caller may not see of contacts, who are all of one event. */
async function hidden({ db, caller }: Call, [first]: CfsContactRow[]) {
  if (!first) return () => ({})
  const view = await viewpointOf(db, caller, first.event_id)
  return (contact: CfsContactRow) => maskContact(contact, view)
}
