import Type from 'typebox'
import { Id, Text, Timestamp } from '../http/values.ts'

/** Who the link is for: an id, or an event and an address. */
export const ResumeInput = Type.Object({
  id: Type.Optional(
    Id({ description: 'The registrant; `registrant_id` is understood as well.', examples: [987] }),
  ),
  event_id: Type.Optional(Id({ description: 'With `email`, instead of `id`.', examples: [67890] })),
  email: Type.Optional(
    Text(320, {
      description: 'With `event_id`, instead of `id`; `fields[email]` is understood as well.',
      examples: ['ada@example.com'],
    }),
  ),
})

/** A link that leads a person to their own page. */
export const ResumeToken = Type.Object({
  token: Type.String({ examples: ['qmR0XvT1zB'] }),
  url: Type.String({ format: 'uri', examples: ['https://lectern.example/my/qmR0XvT1zB'] }),
  expires_at: Timestamp({ description: '24 hours from now.' }),
})
