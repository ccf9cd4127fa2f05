import Type, { type Static } from 'typebox'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { roles } from '../../http/server/roles.ts'
import { Email } from '../../http/values/forms.ts'
import { Id, Nullable, Text, Timestamp, Word } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'

const name = (which: string, example: string) =>
  Type.Optional(Nullable(Text(255, { description: `${which} name.`, examples: [example] })))

/** What an owner may say of a user. */
export const UserInput = Type.Object({
  email: Email({
    description: 'Address by which the user signs in; one of all accounts.',
    examples: ['grace@example.com'],
  }),
  first_name: name('First', 'Grace'),
  last_name: name('Last', 'Hopper'),
  role: Word([...roles], { description: 'What the user may do.', examples: ['editor'] }),
  event_ids: Type.Optional(
    Nullable(
      Type.Array(Type.Integer(), {
        description:
          'The events that the user reaches; null: all of the account; an empty list: none. At most 100.',
        examples: [null],
      }),
    ),
  ),
})
export type UserInput = Static<typeof UserInput>

/** A user as they are returned. */
export const User = Type.Object({
  id: Id({ description: 'Unique identifier, among those of credentials.', examples: [31] }),
  email: Type.String({ description: 'Address by which the user signs in.', examples: ['grace@example.com'] }),
  first_name: Nullable(Text(255, { description: 'First name.', examples: ['Grace'] })),
  last_name: Nullable(Text(255, { description: 'Last name.', examples: ['Hopper'] })),
  role: Word([...roles], { description: 'What the user may do.', examples: ['editor'] }),
  event_ids: Nullable(
    Type.Array(Type.Integer(), {
      description: 'The events that the user reaches; null: all of the account.',
      examples: [null],
    }),
  ),
  has_password: Type.Boolean({ description: 'Whether the user has set a password.', examples: [true] }),
  forgotten_at: Nullable(Timestamp({ description: 'When the user was forgotten, in UTC.' })),
  created_at: Timestamp({ description: 'When the user was created, in UTC.' }),
  updated_at: Timestamp({ description: 'When the user was changed last, in UTC.' }),
  ...writers,
})

/** A user who has just been invited. */
export const Invited = Type.Object({
  ...User.properties,
  invitation_url: Type.Optional(
    Type.String({
      description:
        'A link by which the user sets a password and signs in; it works once, within 7 days, and is shown only now.',
      examples: ['https://lectern.example/sign-in/mPZ0…'],
    }),
  ),
})

export const userLists: Listable = {
  attributes: attributesOf(User, ['event_ids', 'has_password']),
  stored: storedIn(User, ['has_password', 'event_ids']),
  sparse: ['id', 'first_name', 'last_name', 'role'],
}
