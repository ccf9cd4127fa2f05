import Type from 'typebox'
import { answerOf } from '../../http/schemas.ts'
import { Timestamp } from '../../http/values.ts'
import { Registrant } from '../registrants/schema.ts'

const Records = (description: string) =>
  Type.Array(Type.Object({}, { additionalProperties: true }), { description, examples: [[]] })

/** Everything that is held about a person. */
export const PersonExport = Type.Object({
  exported_at: Timestamp(),
  registrant: Type.Union([answerOf('Registrant', Registrant), Type.Null()], {
    description: 'Null for a registrant who was deleted: only the history is still held.',
  }),
  addresses: Type.Object({}, { additionalProperties: true, description: 'By kind: home, work, billing.' }),
  answers: Type.Object(
    {},
    { additionalProperties: true, description: 'Answers to questions, by their words.' },
  ),
  selections: Records('Sessions that the person has or waits for.'),
  history: Records('Every change of the person and of their seats, as in the change feed.'),
  letters: Records('Every letter, with its text.'),
  links: Records('Links to the agenda that were made; the links themselves are not stored.'),
})

/** What is left of a person after they are forgotten. */
export const Forgotten = Type.Object({
  id: Type.Integer({ examples: [987] }),
  email: Type.String({ examples: ['forgotten-987@invalid'] }),
  forgotten_at: Timestamp(),
})
