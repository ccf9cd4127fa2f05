import type { NotifiedCache } from '../../db/cache.ts'
import type { Call } from '../../http/operation.ts'
import type { Body } from '../../http/values/draft.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import type { Desk } from '../desk/desk.ts'
import type { EventQuestionRow } from '../event-questions/event-questions.ts'
import type { IdBlock } from './ids.ts'
import type { Registration } from './registrants.ts'

/** What registrants need of the program. */
export type RegistrantParts = {
  desk: Desk
  registrantIds: IdBlock
  /** questions of an event, by its id */
  eventQuestions: NotifiedCache<EventQuestionRow[]>
}
type RegistrantCall = Call<RegistrantParts>

/** Finds the questions of an event that know what values name. */
export const questionsOf =
  ({ db, parts }: RegistrantCall) =>
  (event_id: number, ...values: Body[]) =>
    parts.eventQuestions.getKnowing(String(event_id), strangersTo(...values), db)

/** What a registration is made with. */
export const toolsFor = (call: RegistrantCall): Registration => ({
  db: call.db,
  desk: call.parts.desk,
  ids: call.parts.registrantIds,
  questionsOf: questionsOf(call),
})
