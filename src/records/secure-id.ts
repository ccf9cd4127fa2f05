import { randomBytes } from 'node:crypto'

/** An unguessable identifier: 128 random bits, in characters that a URL needs not escape. */
export function newSecureId(): string {
  return randomBytes(16).toString('base64url')
}
