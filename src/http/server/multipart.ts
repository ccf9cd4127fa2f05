import { isUtf8 } from 'node:buffer'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { badRequest } from '../../errors.ts'

/** Most parts of a multipart form. */
const mostParts = 2000

/** The fields of a multipart form (RFC 7578), in their order; files are skipped. Throws 400. */
export function readMultipart(contentType: string, body: Buffer): Promise<[name: string, value: string][]> {
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
      parser.on('field', (name: string | null | undefined, value) => {
        if (typeof name !== 'string') return refuse('a part has no name')
        if (value.includes('\ufffd') && !isUtf8(body)) return refuse('it is not in UTF-8')
        fields.push([name, value])
      })
      parser.on('file', (_name, file) => skip(file))
      parser.on('error', error => refuse((error as Error).message))
      parser.on('finish', () => resolve(fields))
      parser.end(body)
    } catch (error) {
      refuse((error as Error).message)
    }
  })
}

/** A file that ends too early is an error of its own stream as well, which would end the process if nothing listened. */
function skip(file: BusboyFileStream): void {
  file.on('error', () => {}).resume()
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
