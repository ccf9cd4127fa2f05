import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { choicesFrom } from '../../records/custom-fields/queries.ts'
import type { Choice } from '../../records/custom-fields/schema.ts'
import type { EventQuestion, EventQuestionInput } from './schema.ts'

export type EventQuestionRow = Omit<EventQuestion, 'attribute'> & { account_id: number; version: number }

/** Announces an event whose questions changed. */
export const questionChannel = 'lectern_event_questions'

const withChoices = (db: Db) =>
  db`q.*, ${choicesFrom(db, db`event_question_choices c where c.question_id = q.id`)} as choices`

export async function insertEventQuestion(
  db: Db,
  actor: Actor,
  question: EventQuestionInput,
  choices: Omit<Choice, 'id'>[],
): Promise<number> {
  const row = { ...question, account_id: actor.account_id, created_at: actor.now, updated_at: actor.now }
  const [written] = await db<{ id: number }[]>`
    with q as (insert into event_questions ${db(row)} returning *),
      c as (
        insert into event_question_choices (question_id, name, sort)
        select q.id, given.name, given.sort
        from q, jsonb_to_recordset(${db.json(choices as never)}) as given (name text, sort int) returning *),
      after as (select q.*, ${choicesFrom(db, db`c`)} as choices from q),
      logged as (${logged(db, actor, 'event_question', 'create')})
    select id from after`
  return written!.id
}

/** Changes a question that is locked; only the given members. `choices` are those that it had before. */
export async function updateEventQuestion(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<EventQuestionInput>,
  choices: Choice[],
): Promise<void> {
  const set = { ...given, updated_at: actor.now }
  await db`
    with before as (select *, ${db.json(choices as never)}::jsonb as choices from event_questions where id = ${id}),
      q as (update event_questions set ${db(set)}, version = version + 1 where id = ${id} returning *),
      after as (select ${withChoices(db)} from q)
    ${logged(db, actor, 'event_question', 'update')}`
}

/** Deletes a question that is locked; its choices go with it. */
export const deleteEventQuestion = (db: Db, actor: Actor, id: number) =>
  deleteWhere(db, actor, db`id = ${id}`)
/** Deletes the questions of an event that is locked, with their choices. */
export const deleteQuestionsOf = (db: Db, actor: Actor, event_id: number) =>
  deleteWhere(db, actor, db`event_id = ${event_id}`)

async function deleteWhere(db: Db, actor: Actor, where: Fragment): Promise<void> {
  await db`
    with q as (delete from event_questions where ${where} returning *), before as (select ${withChoices(db)} from q)
    ${logged(db, actor, 'event_question', 'delete')}`
}

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

/** Every question of an event, in its order: what answers are read and shown with. */
export function allEventQuestions(db: Db, event_id: number): Promise<EventQuestionRow[]> {
  return db<EventQuestionRow[]>`
    select ${withChoices(db)} from event_questions q where q.event_id = ${event_id} order by q.sort, q.id`
}

export async function listEventQuestions(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where q.account_id = ${account_id} and q.event_id = ${event_id} ${filterOf(db, listing, 'q')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(
      db<
        EventQuestionRow[]
      >`select ${withChoices(db)} from event_questions q ${where} ${pageOf(db, listing, 'q')}`,
    ),
    db<{ total: number }[]>`select count(*)::int as total from event_questions q ${where}`,
  ])
  return { rows, total: count!.total }
}

export async function findEventQuestion(
  db: Db,
  account_id: number,
  id: number,
): Promise<EventQuestionRow | undefined> {
  const [question] = await db<EventQuestionRow[]>`
    select ${withChoices(db)} from event_questions q where q.account_id = ${account_id} and q.id = ${id}`
  return question
}

/** The version of a question, which is locked until the transaction ends. The event's lock is taken before. */
export async function lockEventQuestion(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ version: number } | undefined> {
  const [question] = await db<{ version: number }[]>`
    select version from event_questions where account_id = ${account_id} and id = ${id} for update`
  return question
}

export async function announceQuestions(db: Db, event_id: number): Promise<void> {
  await db`select pg_notify(${questionChannel}, ${String(event_id)})`
}
