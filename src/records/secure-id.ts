import { randomBytes } from 'node:crypto'

/** An identifier that nobody can guess: 128 random bits, in characters that a URL needs not escape. */
export function newSecureId(): string {
  return randomBytes(16).toString('base64url')
}
