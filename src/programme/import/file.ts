import { open } from 'node:fs/promises'
import { unreadable } from './schedule.ts'

/** Largest programme file, in bytes. */
export const fileLimit = 64 * 1024 * 1024

/** The bytes of a file, or of standard input when the path is `-`. Throws when it is missing, no file, or too large. */
export function readFile(path: string): Promise<Buffer> {
  return readBytes(path).catch(error => {
    throw reasons[error.code] ? unreadable(`${nameOf(path)} ${reasons[error.code]}`) : error
  })
}

/** What messages call a file. */
export const nameOf = (path: string) => (path === '-' ? 'Standard input' : path)

const reasons: Record<string, string> = {
  ENOENT: 'does not exist.',
  ENOTDIR: 'does not exist.',
  ENAMETOOLONG: 'does not exist.',
  ERR_INVALID_ARG_VALUE: 'does not exist.',
  EACCES: 'may not be read by this user.',
  EPERM: 'may not be read by this user.',
  EISDIR: 'is a folder, not a file.',
  EFBIG: `is larger than ${fileLimit / 1024 / 1024} MiB.`,
}

async function readBytes(path: string): Promise<Buffer> {
  if (path === '-') return collect(process.stdin)
  const file = await open(path)
  try {
    // Read as a stream, so that a pipe works and one that never ends is left in time.
    return await collect(file.createReadStream({ autoClose: false }))
  } finally {
    await file.close()
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > fileLimit) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What a file that is no text is, as far as its first bytes tell. */
export function kindOf(bytes: Buffer): string {
  const kind = kinds.find(([start]) => bytes.toString('latin1', 0, start.length) === start)?.[1]
  return kind ? ` but ${kind}` : ''
}

const kinds: [start: string, kind: string][] = [
  ['\x89PNG', 'an image (PNG)'],
  ['\xff\xd8\xff', 'an image (JPEG)'],
  ['GIF8', 'an image (GIF)'],
  ['%PDF', 'a document (PDF)'],
  ['\x1f\x8b', 'compressed (gzip): unpack it first'],
]

/**
 * By byte order mark, then by what an XML declaration says, else UTF-8, else the code page of Windows in the West, which
 * spreadsheets still write; undefined when the bytes are no text.
 */
export function decode(bytes: Buffer): string | undefined {
  const declared = /^<\?xml[^>]*\sencoding=["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]
  const known = utf16Mark(bytes) ?? declared
  if (known) return decodeAs(known, bytes)
  return (
    decodeAs('utf-8', bytes) ??
    (isTextual(bytes) && kindOf(bytes) === '' ? decodeAs('windows-1252', bytes) : undefined)
  )
}

function decodeAs(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Whether no byte is a control character, other than tabs and the ends of lines. XML and JSON say their encoding, or have UTF-8. */
function isTextual(bytes: Buffer): boolean {
  return (
    !/^\s*[<{[]/.test(bytes.toString('latin1', 0, 100)) &&
    bytes.every(byte => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
  )
}

function utf16Mark(bytes: Buffer): string | undefined {
  const mark = bytes.toString('hex', 0, 2)
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : undefined
}
