import { Definitions } from '../../records/definitions/definitions.ts'
import type { DefinitionRow } from '../../records/definitions/queries.ts'
import { questionQueries } from './queries.ts'
import type { EventQuestion } from './schema.ts'

/** What registrants of an event are asked. */
export const eventQuestions = new Definitions(questionQueries)
export type EventQuestionRow = DefinitionRow<typeof EventQuestion>
