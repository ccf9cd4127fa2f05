import { open } from 'node:fs/promises'
import { unreadable } from './schedule.ts'

/** Largest programme file, in bytes. */
export const fileLimit = 64 * 1024 * 1024

/**
 * The text of a programme file, or of standard input when the path is `-`. Throws when it is missing, no file, empty, too
 * large, or not text.
 */
export async function readText(path: string): Promise<string> {
  const name = path === '-' ? 'Standard input' : path
  const bytes = await readBytes(path).catch(error => {
    throw reasons[error.code] ? unreadable(`${name} ${reasons[error.code]}`) : error
  })
  const text = decode(bytes)
  if (text === undefined) throw unreadable(`${name} is not a text file${kindOf(bytes)}.`)
  if (text.trim() === '') throw unreadable(`${name} is empty.`)
  return text
}

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
function kindOf(bytes: Buffer): string {
  const kind = kinds.find(([start]) => bytes.toString('latin1', 0, start.length) === start)?.[1]
  return kind ? ` but ${kind}` : ''
}

const kinds: [start: string, kind: string][] = [
  ['\x89PNG', 'an image (PNG)'],
  ['\xff\xd8\xff', 'an image (JPEG)'],
  ['GIF8', 'an image (GIF)'],
  ['%PDF', 'a document (PDF)'],
  ['PK\x03\x04', 'an archive or a spreadsheet (ZIP, XLSX)'],
  ['\x1f\x8b', 'compressed (gzip): unpack it first'],
]

/** By byte order mark, then by what an XML declaration says, else UTF-8; undefined when the bytes do not fit. */
export function decode(bytes: Buffer): string | undefined {
  const declared = /^<\?xml[^>]*\sencoding=["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]
  try {
    return new TextDecoder(utf16Mark(bytes) ?? declared ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function utf16Mark(bytes: Buffer): string | undefined {
  const mark = bytes.toString('hex', 0, 2)
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : undefined
}
