import Type, { type Static } from 'typebox'
import { Id, Nullable } from '../../http/values/values.ts'

const Price = (description: string) =>
  Type.String({
    format: 'price',
    maxLength: 13,
    pattern: '^\\d{1,10}(\\.\\d{1,2})?$',
    description,
    examples: ['20.00'],
  })

const Prices = (description: string, examples: unknown[]) =>
  Type.Object({}, { additionalProperties: true, description, examples })

/** What a client may say of the fee of a session. */
export const FeeInput = Type.Object({
  price: Type.Optional(Nullable(Price('What everybody else pays. Nothing, or 0: it is free.'))),
  conditional_prices: Type.Optional(
    Prices(
      'Prices by the id of a registrant type of the event; an empty text clears one. Types that are not named stay as they are, and unknown ones are ignored.',
      [{ '76': '10.00' }],
    ),
  ),
})

/** The fee of a session, as it is shown: Lectern charges nothing. */
export const Fee = Type.Object({
  id: Nullable(Id({ description: 'Unique identifier; null as long as there is none.', examples: [124] })),
  session_id: Id({ description: 'The session.', examples: [12345] }),
  price: Type.String({ description: 'A decimal; `0` when it is free.', examples: ['20.00'] }),
  conditional_prices: Prices(
    'By the id of each registrant type of the event; an empty text where none is set.',
    [{ '76': '10.00', '77': '' }],
  ),
})
export type Fee = Static<typeof Fee>
