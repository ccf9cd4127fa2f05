import Type from 'typebox'
import { Id, Text, Timestamp } from '../../http/values/values.ts'

/** Who a link is for: an id, or an event and an address; and what is known of a person who may not have registered yet. */
export const PersonalLinkInput = Type.Object({
  id: Type.Optional(
    Id({ description: 'The registrant; `registrant_id` is understood as well.', examples: [987] }),
  ),
  event_id: Type.Optional(Id({ description: 'With `email`, instead of `id`.', examples: [67890] })),
  email: Type.Optional(
    Text(320, {
      description: 'With `event_id`, instead of `id`.',
      examples: ['ada@example.com'],
    }),
  ),
  fields: Type.Optional(
    Type.Object(
      {
        id: Type.Optional(Id()),
        event_id: Type.Optional(Id()),
        email: Type.Optional(Text(320)),
        first_name: Type.Optional(Text(255)),
        last_name: Type.Optional(Text(255)),
        reg_type_id: Type.Optional(Id()),
      },
      {
        description:
          'With `event_id`: `fields[email]`, and what is known of the person besides: `fields[first_name]`, `fields[last_name]`, `fields[reg_type_id]`. A person who is not registered gets an unfinished registration with these.',
        examples: [{}],
      },
    ),
  ),
})

/** A link that leads a person to their own page. */
export const PersonalLink = Type.Object({
  event_id: Id({ description: 'The event of the registrant.', examples: [67890] }),
  id: Id({ description: 'The registrant.', examples: [987] }),
  token: Type.String({ description: 'The secret in the link.', examples: ['qmR0XvT1zB'] }),
  url: Type.String({
    format: 'uri',
    description: 'The link.',
    examples: ['https://lectern.example/my/qmR0XvT1zB'],
  }),
  expires_at: Timestamp({ description: '24 hours from now.' }),
})
