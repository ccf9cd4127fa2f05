import Type from 'typebox'
import { roles } from '../../http/server/roles.ts'
import { Id, Nullable, Text, Timestamp, Word } from '../../http/values/values.ts'

const name = (which: string, example: string) =>
  Type.Optional(Nullable(Text(255, { description: `${which} name.`, examples: [example] })))

/** How a user signs in. */
export const SignInInput = Type.Object({
  email: Type.Optional(
    Type.String({ description: 'The address; not with a link.', examples: ['grace@example.com'] }),
  ),
  password: Type.Optional(
    Type.String({
      description: 'The password; with a link the new one, of 10 to 200 characters.',
      examples: ['a long pass phrase'],
    }),
  ),
  token: Type.Optional(
    Nullable(Type.String({ description: 'What a link that works once ends with.', examples: [null] })),
  ),
})

/** Who asks: a user, or a program by its credential. */
export const Me = Type.Object({
  kind: Type.String({
    enum: ['user', 'credential'],
    description: 'A person or a program.',
    examples: ['user'],
  }),
  id: Id({ description: 'The id by which records name them.', examples: [31] }),
  account_id: Id({ description: 'Their account.', examples: [1] }),
  account_name: Type.String({ description: 'Its name.', examples: ['Main'] }),
  name: Nullable(Type.String({ description: 'What they are called.', examples: ['Grace Hopper'] })),
  email: Nullable(Type.String({ description: 'Of a user.', examples: ['grace@example.com'] })),
  role: Nullable(Word([...roles], { description: 'Of a user.', examples: ['editor'] })),
  event_ids: Nullable(
    Type.Array(Type.Integer(), {
      description: 'The events that a user reaches; null: all.',
      examples: [null],
    }),
  ),
  scopes: Type.Array(Type.String(), {
    description: 'What the token or sign-in allows.',
    examples: [['read', 'write']],
  }),
})

export const MeInput = Type.Object({
  first_name: name('First', 'Grace'),
  last_name: name('Last', 'Hopper'),
  password: Type.Optional(
    Type.String({
      description: 'A new password. Every other session ends.',
      examples: ['another long pass phrase'],
    }),
  ),
  current_password: Type.Optional(
    Type.String({ description: 'The one so far; needed for a new one.', examples: ['a long pass phrase'] }),
  ),
})

/** Where a user is signed in. */
export const UserSession = Type.Object({
  id: Id({ description: 'Unique identifier.', examples: [81] }),
  agent: Nullable(Type.String({ description: 'The browser.', examples: ['Firefox on Linux'] })),
  created_at: Timestamp({ description: 'When it began, in UTC.' }),
  seen_at: Timestamp({ description: 'When it was used last, to the minute, in UTC.' }),
  is_this: Type.Boolean({ description: 'Whether this request is of it.', examples: [true] }),
})
