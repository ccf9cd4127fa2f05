import Type, { type TString } from 'typebox'

/*
 * Texts of a certain form. Each is a JSON Schema whose `format` names an entry of `forms`, by which `values.ts` reads it:
 * blanks around it are not part of it, and what is wrong with it is told in a sentence.
 */

type KindOptions = { description?: string; examples?: unknown[] }
type Form = {
  maxLength: number
  pattern: string
  type: string
  message: string
  /** kept in its composed form (NFC), so that what looks the same is the same */
  isComposed?: true
}

const form = (maxLength: number, pattern: string, message: string, type = 'pattern'): Form => ({
  maxLength,
  pattern,
  type,
  message,
})
/** Neither blanks nor control characters. */
const addressPart = '[^@\\s<>,;\\x00-\\x1f\\x7f-\\x9f]+'
const word = '^[A-Za-z0-9._~-]+$'

export const forms: Record<string, Form> = {
  email: form(320, `^${addressPart}@${addressPart}$`, 'must be an e-mail address, such as ada@example.com.'),
  phone: form(64, '^[+0-9][0-9 ()./\\-extEXT]*$', 'must be a telephone number, such as +32 2 123 45 67.'),
  language: form(35, '^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$', 'must be a language, such as en or pt-BR.'),
  country: form(2, '^[A-Za-z]{2}$', 'must be the two letters of a country, such as BE.'),
  slug: {
    ...form(
      255,
      '^[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}._-]*$',
      'must be letters, digits, dots, hyphens and underscores, beginning with a letter or a digit.',
    ),
    isComposed: true,
  },
  'secure-id': form(255, word, 'must be letters from A to Z, digits, dots, hyphens, underscores and tildes.'),
  color: form(7, '^#[0-9A-Fa-f]{6}$', 'must be a colour, as #RRGGBB.', 'color'),
}

const kind =
  (format: string, standing: KindOptions = {}) =>
  (options: KindOptions = {}): TString => {
    const { maxLength, pattern } = forms[format]!
    return Type.String({ format, maxLength, pattern, ...standing, ...options })
  }

/** An e-mail address, without a name or angle brackets. */
export const Email = kind('email', { examples: ['ada@example.com'] })
/** A telephone number as people write it. */
export const Phone = kind('phone', { examples: ['+32 2 123 45 67'] })
/** A BCP 47 tag. */
export const Language = kind('language', { examples: ['en'] })
/** ISO 3166-1 alpha-2. */
export const Country = kind('country', { examples: ['BE'] })
/** A word for a URL, of letters and digits of any script. */
export const Slug = kind('slug')
/** An unguessable identifier, which can stand in a URL as it is. */
export const SecureId = kind('secure-id')
/** A colour, `#RRGGBB`. */
export const Color = kind('color', { examples: ['#1A7F64'] })
