import Type, { type Static, type TSchema } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Email, Language, SecureId } from '../../http/values/forms.ts'
import { Flag, Id, Nullable, Text, Timestamp } from '../../http/values/values.ts'
import { AlwaysNull, writers } from '../../http/view.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a submitter or reviewer. */
export const CfsContactInput = Type.Object({
  event_id: Id({ description: 'The event of the call. Cannot be changed later.', examples: [67890] }),
  email: Email({ description: 'E-mail address. Two of an event may have the same.' }),
  first_name: optional(Text(255, { description: 'First name.', examples: ['Ada'] })),
  last_name: optional(Text(255, { description: 'Last name.', examples: ['Lovelace'] })),
  company: optional(Text(255, { description: 'Company or organisation.' })),
  job_title: optional(Text(255, { description: 'Job title.' })),
  language: optional(Language({ description: 'Language of e-mails, BCP 47.' })),
  submitter: Type.Optional(Flag({ default: 0, description: 'Whether they submit.', examples: [1] })),
  submitter_role: optional(Text(255, { description: 'What they do as a submitter.' })),
  reviewer: Type.Optional(Flag({ default: 0, description: 'Whether they review.', examples: [1] })),
  reviewer_role: optional(Text(255, { description: 'What they do as a reviewer.' })),
  secure_id: optional(SecureId({ description: 'Unguessable identifier; made by the server when absent.' })),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type CfsContactInput = Static<typeof CfsContactInput>

const members = dropDefaults(CfsContactInput).properties as typeof CfsContactInput.properties

/** A submitter or reviewer as it is returned. */
export const CfsContact = Type.Object({
  id: Id({ examples: [77] }),
  ...(Type.Required(Type.Object(members)).properties as typeof members),
  email: Nullable(Email({ description: 'E-mail address; null for one who was forgotten, or is hidden.' })),
  secure_id: Text(255, { examples: ['f3Qx0aW1'] }),
  contact_id: AlwaysNull(Id(), 'Contact of the account.'),
  user_id: Nullable(
    Id({ description: 'The user who reviews as this contact. An address alone links nobody.' }),
  ),
  user_role_id: AlwaysNull(Id(), 'Role of the user.'),
  deleted: AlwaysNull(Id(), 'What is deleted is gone.'),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  ...writers,
})

const derived = ['contact_id', 'user_role_id', 'deleted']

export const cfsContactLists: Listable = {
  attributes: attributesOf(CfsContact, derived),
  stored: storedIn(CfsContact, derived),
  sparse: ['id', 'first_name', 'last_name'],
}

/** What is left of a submitter or reviewer after they are forgotten. */
export const ForgottenCfsContact = Type.Object({
  id: Id({ description: 'The submitter or reviewer.', examples: [77] }),
  forgotten_at: Timestamp({ description: 'When they were forgotten, in UTC.' }),
})
