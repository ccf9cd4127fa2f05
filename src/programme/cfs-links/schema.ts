import Type from 'typebox'
import { Id, Timestamp } from '../../http/values/values.ts'

/** A link to what somebody submits. */
export const SubmitterLink = Type.Object({
  event_id: Id({ description: 'The event of the call.', examples: [67890] }),
  id: Id({ description: 'The submitter.', examples: [77] }),
  token: Type.String({ description: 'The secret in the link.', examples: ['qmR0XvT1zB'] }),
  url: Type.String({
    format: 'uri',
    description: 'The link.',
    examples: ['https://lectern.example/submit/qmR0XvT1zB'],
  }),
  expires_at: Timestamp({ description: '60 days from now.' }),
})
