import Type, { type TSchema } from 'typebox'
import { Country } from './forms.ts'
import { Nullable, Text } from './values.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** The lines of a postal address, as a client gives them. */
export const addressLines = {
  line_1: optional(Text(255, { description: 'First line of the address.' })),
  line_2: optional(Text(255, { description: 'Second line of the address.' })),
  line_3: optional(Text(255, { description: 'Third line of the address.' })),
  city: optional(Text(255, { description: 'City or town.' })),
  state: optional(Text(255, { description: 'State, province or region.' })),
  zip: optional(Text(32, { description: 'Postal code.' })),
  country_code: optional(Country({ description: 'ISO 3166-1 alpha-2.' })),
}
