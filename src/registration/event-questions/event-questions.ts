import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, readNew, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { changesChoices, faultsOfChoices, readChoiceChanges } from '../../records/custom-fields/choices.ts'
import { dropChoices, dropValues, type Holders, writeChoices } from '../../records/custom-fields/queries.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import {
  announceQuestions,
  deleteEventQuestion,
  type EventQuestionRow,
  findEventQuestion,
  insertEventQuestion,
  lockEventQuestion,
  updateEventQuestion,
} from './queries.ts'
import { EventQuestionInput } from './schema.ts'

const questionChoices = { table: 'event_question_choices', owner: 'question_id' } as const

/** Creates a question with its choices. Throws 422. */
export async function createEventQuestion(db: Db, actor: Actor, body: Body): Promise<EventQuestionRow> {
  const draft = readNew(EventQuestionInput, body)
  const changes = readChoiceChanges(body.choices, [])
  draft.faults.push(...faultsOfChoices(draft.given, changes))
  await mustNameOwnEvent(db, actor.account_id, draft)
  const question = settle(draft)
  return transaction(db, async tx => {
    const id = await insertEventQuestion(tx, actor, question, changes.added)
    await announceQuestions(tx, question.event_id)
    return mustFindEventQuestion(tx, actor.account_id, id)
  })
}

/** Changes the given members of a question, and its choices. Answers lose a choice that is deleted. */
export async function changeEventQuestion(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
): Promise<EventQuestionRow> {
  return transaction(db, async tx => {
    const known = await mustLockEventQuestion(tx, actor, id)
    const draft = readUpdate(EventQuestionInput, body, known)
    const changes = readChoiceChanges(body.choices, known.choices)
    draft.faults.push(...faultsOfChoices(draft.given, changes, known))
    const { event_id: _event, type: _fixed, ...given } = settle(draft)
    const set = changesIn(given, known)
    if (!set && !changesChoices(changes)) return known
    await writeChoices(tx, questionChoices, id, changes)
    if (changes.deleted.length > 0)
      await dropChoices(tx, actor, registrantsOf(known), attributeOf({ id }), changes.deleted)
    await updateEventQuestion(tx, actor, id, set ?? {}, known.choices)
    await announceQuestions(tx, known.event_id)
    return mustFindEventQuestion(tx, actor.account_id, id)
  })
}

/** Deletes a question, and its answer of every registrant; returns what it was. */
export async function removeEventQuestion(db: Db, actor: Actor, id: number): Promise<EventQuestionRow> {
  return transaction(db, async tx => {
    const question = await mustLockEventQuestion(tx, actor, id)
    await dropValues(tx, actor, registrantsOf(question), attributeOf({ id }))
    await deleteEventQuestion(tx, actor, id)
    await announceQuestions(tx, question.event_id)
    return question
  })
}

export async function mustFindEventQuestion(
  db: Db,
  account_id: number,
  id: number,
): Promise<EventQuestionRow> {
  const question = await findEventQuestion(db, account_id, id)
  if (!question) throw notFound('Event question', id)
  return question
}

const registrantsOf = ({ event_id }: EventQuestionRow): Holders => ({
  table: 'registrants',
  object: 'registrant',
  within: 'event_id',
  id: event_id,
})

/** Registrants are written under the lock of their event; whoever takes answers from them holds it too. */
async function mustLockEventQuestion(db: Db, actor: Actor, id: number): Promise<EventQuestionRow> {
  const { event_id } = await mustFindEventQuestion(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  const lock = await lockEventQuestion(db, actor.account_id, id)
  if (!lock) throw notFound('Event question', id)
  mustMatchVersion(actor.ifMatch, lock.version)
  return mustFindEventQuestion(db, actor.account_id, id)
}
