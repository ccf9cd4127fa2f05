import { isUtf8 } from 'node:buffer'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { badRequest } from '../../errors.ts'

/** Most parts of a multipart form. */
const mostParts = 2000

/** A multipart form (RFC 7578): its fields and its files, in their order. */
export type Multipart = { fields: [name: string, value: string][]; files: [name: string, bytes: Buffer][] }

/** Reads a multipart form. Throws 400. */
export function readMultipart(contentType: string, body: Buffer): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string) =>
      reject(badRequest('malformed_body', `The body is not a multipart form: ${reason}.`))
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fieldSize: body.length + 1, parts: mostParts },
      })
      if (hasTooManyParts(contentType, body)) return refuse(`it has more than ${mostParts} parts`)
      const fields: [string, string][] = []
      const files: [string, Buffer][] = []
      parser.on('field', (name: string | null | undefined, value) => {
        if (typeof name !== 'string') return refuse('a part has no name')
        if (value.includes('\ufffd') && !isUtf8(body)) return refuse('it is not in UTF-8')
        fields.push([name, value])
      })
      parser.on('file', (name, file) => keep(file, bytes => files.push([String(name), bytes])))
      parser.on('error', error => refuse((error as Error).message))
      parser.on('finish', () => resolve({ fields, files }))
      parser.end(body)
    } catch (error) {
      refuse((error as Error).message)
    }
  })
}

/** A file that ends too early is an error of its own stream as well, which would end the process if nothing listened. */
function keep(file: BusboyFileStream, done: (bytes: Buffer) => void): void {
  const parts: Buffer[] = []
  file
    .on('error', () => {})
    .on('data', (part: Buffer) => parts.push(part))
    .on('end', () => done(Buffer.concat(parts)))
}

/** The parser makes a stream of each part, also of those beyond its limit: 180,000 fit into a body and take five seconds. */
function hasTooManyParts(contentType: string, body: Buffer): boolean {
  const boundary = /boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))/i.exec(contentType)
  const delimiter = `--${boundary?.[1] ?? boundary?.[2]}`
  let at = body.indexOf(delimiter)
  // The last delimiter ends the form.
  for (let parts = 0; at >= 0; parts++) {
    if (parts > mostParts) return true
    at = body.indexOf(delimiter, at + delimiter.length)
  }
  return false
}
