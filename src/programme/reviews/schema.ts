import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Decimal, Id, Nullable, Text, Timestamp } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

const Rating = Decimal({
  minimum: 0,
  maximum: 5,
  description: 'From 0 to 5, in halves.',
  examples: [4.5],
})

/** What a client may say of a review. */
export const ReviewInput = Type.Object({
  event_id: Type.Optional(
    Id({ description: 'The event of the submission, which is enough by itself.', examples: [67890] }),
  ),
  submission_id: Id({ description: 'The submission. Cannot be changed later.', examples: [12345] }),
  reviewer_id: Type.Optional(
    Id({
      description: 'Who reviews: a reviewer of the same event. Of a user who reviews, themselves.',
      examples: [77],
    }),
  ),
  rating: Rating,
  notes: optional(Text(100_000, { description: 'What the reviewer thinks.', examples: ['A simple review'] })),
})
export type ReviewInput = Static<typeof ReviewInput>

/** A review as it is returned. */
export const Review = Type.Object({
  id: Id({ examples: [501] }),
  event_id: Id({ examples: [67890] }),
  submission_id: Id({ examples: [12345] }),
  reviewer_id: Nullable(
    Id({ description: 'Who reviewed; null for reviewers while reviews are blind.', examples: [77] }),
  ),
  rating: Rating,
  notes: Nullable(Text(100_000, { examples: ['A simple review'] })),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  ...writers,
})

export const reviewLists: Listable = {
  attributes: attributesOf(Review),
  sparse: ['id', 'submission_id', 'reviewer_id', 'rating'],
}
