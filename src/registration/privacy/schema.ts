import Type from 'typebox'
import { answerOf, withMeanings } from '../../http/document/schemas.ts'
import { Timestamp } from '../../http/values/values.ts'
import { Registrant, RegistrantBody } from '../registrants/schema.ts'

const Records = (description: string) =>
  Type.Array(Type.Object({}, { additionalProperties: true }), { description, examples: [[]] })

/** Everything that is held about a person. */
export const PersonExport = Type.Object({
  exported_at: Timestamp({ description: 'When it was gathered, in UTC.' }),
  registrant: Type.Union([answerOf('Registrant', withMeanings(Registrant, RegistrantBody)), Type.Null()], {
    description: 'Null for a registrant who was deleted: only the history is still held.',
  }),
  addresses: Type.Object({}, { additionalProperties: true, description: 'By kind: home, work, billing.' }),
  answers: Type.Object(
    {},
    { additionalProperties: true, description: 'Answers to questions, by their words.' },
  ),
  selections: Records('Sessions that the person has or waits for.'),
  attendances: Records('When the registrant was in which session.'),
  scans: Records('Scans that devices made of the registrant.'),
  history: Records('Every change of the person and of their seats, as in the change feed.'),
  letters: Records('Every e-mail, with its text.'),
  links: Records('Links to the agenda that were made; the links themselves are not stored.'),
})

/** What is left of a person after they are forgotten. */
export const Forgotten = Type.Object({
  id: Type.Integer({ description: 'The registrant.', examples: [987] }),
  email: Type.String({
    description: 'What stands in place of the address.',
    examples: ['forgotten-987@invalid'],
  }),
  forgotten_at: Timestamp({ description: 'When the person was forgotten, in UTC.' }),
})
