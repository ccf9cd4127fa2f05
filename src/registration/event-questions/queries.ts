import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { choicesFrom } from '../../records/custom-fields/queries.ts'
import { DefinitionQueries } from '../../records/definitions/queries.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { EventQuestion, EventQuestionInput, eventQuestionLists } from './schema.ts'

export const questionQueries = new DefinitionQueries({
  noun: 'Event question',
  table: 'event_questions',
  object: 'event_question',
  choices: { table: 'event_question_choices', owner: 'question_id' },
  within: 'event_id',
  channel: 'lectern_event_questions',
  holders: id => ({ table: 'registrants', object: 'registrant', within: 'event_id', id }),
  lockHolders: lockEventSeats,
  input: EventQuestionInput,
  record: EventQuestion,
  lists: eventQuestionLists,
})

/** Deletes the questions of an event that is locked, with their choices. */
export const deleteQuestionsOf = (db: Db, actor: Actor, event_id: number) =>
  questionQueries.deleteWhere(db, actor, db`event_id = ${event_id}`)

/** Copies the questions of one event to another, with their choices. */
export async function copyEventQuestions(db: Db, actor: Actor, from: number, to: number): Promise<void> {
  await db`
    with pairs as (
      select id as old_id, nextval(pg_get_serial_sequence('event_questions', 'id')) as new_id
      from event_questions where event_id = ${from} order by id),
      q as (
        insert into event_questions (id, account_id, event_id, name, type, public_short_name, admin_short_name, hint,
          required, visible, allow_html, page_id, sort, created_at, updated_at)
        select p.new_id, account_id, ${to}, name, type, public_short_name, admin_short_name, hint,
          required, visible, allow_html, page_id, sort, ${actor.now}, ${actor.now}
        from event_questions join pairs p on p.old_id = event_questions.id returning *),
      c as (
        insert into event_question_choices (question_id, name, sort)
        select p.new_id, o.name, o.sort from event_question_choices o join pairs p on p.old_id = o.question_id order by o.id
        returning *),
      after as (select q.*, ${choicesFrom(db, db`c where c.question_id = q.id`)} as choices from q)
    ${logged(db, actor, 'event_question', 'create')}`
}
