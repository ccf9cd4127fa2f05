import { domainToASCII } from 'node:url'

/**
 * An address as contacts are compared: trimmed, in lower case, its domain as DNS has it (IDNA). Dots and what follows a plus
 * are kept: for most providers they are another mailbox.
 */
export function contactKey(email: string): string {
  const text = email.trim().toLowerCase()
  const at = text.lastIndexOf('@')
  const domain = domainToASCII(text.slice(at + 1))
  return at < 0 || domain === '' ? text : `${text.slice(0, at)}@${domain}`
}
