import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type Fault, unavailable } from '../../errors.ts'

/** Argon2id with 19 MiB, 2 passes and 1 lane, as OWASP's Password Storage Cheat Sheet asks for at least. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagLength = 32
const derive = promisify(argon2) as (
  algorithm: 'argon2id',
  parameters: { message: Buffer; nonce: Buffer; tagLength: number } & typeof cost,
) => Promise<Buffer>

/** Derivations at once: each has a thread and its memory. */
const atOnce = 2
/** Derivations that may wait; more are 503. */
const longestQueue = 50
const shortest = 10
const longest = 200

let running = 0
const waiting: (() => void)[] = []

/** What is wrong with a new password: its length, in characters, is all that is asked of it (NIST SP 800-63B). */
export function faultsOfPassword(password: unknown, field = 'password'): Fault[] {
  const length = typeof password === 'string' ? [...password.normalize('NFKC')].length : 0
  if (length >= shortest && length <= longest) return []
  return [{ field, type: 'length', message: `Password must have ${shortest} to ${longest} characters.` }]
}

/** What is stored of a password, in the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derived(password, nonce, cost)
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(nonce)}$${text(tag)}`
}

/** Whether this is the password; without a hash as slowly as with one, so that nobody can tell who has an account. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash ?? '') ?? []
  const of = memory
    ? { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
    : cost
  const nonce = memory ? Buffer.from(salt, 'base64') : randomBytes(16)
  const found = await derived(password.slice(0, longest * 4), nonce, of)
  const expected = Buffer.from(tag, 'base64')
  return expected.length === found.length && timingSafeEqual(expected, found)
}

/** Derives outside of the event loop, a few at once. Throws 503 when too many wait. */
async function derived(password: string, nonce: Buffer, how: typeof cost): Promise<Buffer> {
  if (running >= atOnce) {
    if (waiting.length >= longestQueue) throw unavailable('Too many people are signing in at this moment.')
    await new Promise<void>(resolve => waiting.push(resolve))
  } else running++
  try {
    return await derive('argon2id', {
      message: Buffer.from(password.normalize('NFKC')),
      nonce,
      tagLength,
      ...how,
    })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
