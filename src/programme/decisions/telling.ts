import type { Static } from 'typebox'
import { type Db, transaction } from '../../db/connection.ts'
import { mustBeValid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, readNew, settle } from '../../http/values/draft.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { insertSubmitterLetters } from '../../records/outbox/submitter-queries.ts'
import { listOwn, listUntold, tell, tellInstead } from './queries.ts'
import { TellInput, type Told } from './schema.ts'

/**
 * Tells submitters what was decided and they were not told yet: one e-mail for each. Repeated, it tells nobody anything. A
 * decision that is another one when the turn of the e-mail comes is left out of it, and counts as not told. Throws 422 for
 * what is no submission of the event.
 */
export async function tellSubmitters(db: Db, actor: Actor, body: Body): Promise<Static<typeof Told>> {
  const draft = readNew(TellInput, body)
  return transaction(db, async tx => {
    await mustNameOwnEvent(tx, actor.account_id, draft)
    const { event_id: id, submission_ids = [] } = settle(draft)
    await lockEventSeats(tx, id)
    const own = await listOwn(tx, id, submission_ids)
    mustBeValid(
      submission_ids.flatMap((each, place) =>
        own.has(each)
          ? []
          : [
              {
                field: `submission_ids.${place}`,
                type: 'not_found',
                message: `Submission ${each} does not belong to this event.`,
              },
            ],
      ),
    )
    const untold = await listUntold(tx, id, submission_ids)
    const people = new Set(untold.flatMap(({ contact_id }) => contact_id ?? []))
    const event = { id, account_id: actor.account_id }
    const letters = await insertSubmitterLetters(tx, event, 'cfs_decision', [...people], actor.now)
    const letterOf = new Map(letters.map(letter => [letter.cfs_contact_id, letter.id]))
    const told = untold.flatMap(({ id, contact_id, decision }) => {
      const letter_id = letterOf.get(contact_id ?? 0)
      return letter_id ? [{ id, decision, letter_id }] : []
    })
    for (const letter of letters) await tellInstead(tx, letter.id, letter.replaced)
    await tell(tx, told, actor.now)
    const not_told = untold
      .filter(({ contact_id }) => !letterOf.has(contact_id ?? 0))
      .map(({ id, contact_id }) => ({ id, reason: contact_id === null ? 'no_submitter' : 'no_address' }))
    return { letters: letters.length, told, not_told }
  })
}
