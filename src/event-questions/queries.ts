import type { CustomField } from '../custom-values/values.ts'
import type { Db } from '../db/connection.ts'

/** Announces an event whose questions changed. */
export const questionChannel = 'lectern_event_questions'

/** Every question of an event, in its order: what answers are read and shown with. */
export function allEventQuestions(db: Db, event_id: number): Promise<CustomField[]> {
  return db<CustomField[]>`
    select q.*, coalesce((
      select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'sort', c.sort) order by c.sort, c.id)
      from event_question_choices c where c.question_id = q.id), '[]') as choices
    from event_questions q where q.event_id = ${event_id} order by q.sort, q.id`
}
