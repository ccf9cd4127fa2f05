import type { FastifyInstance } from 'fastify'
import type { Pool } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { isKnown } from '../../http/server/etag.ts'
import { findImage } from '../../records/images/queries.ts'

/** Serves pictures, to everybody who has the address: it cannot be guessed, and names one picture for good. */
export function imageFiles(app: FastifyInstance, { readers }: { readers: Pool }): void {
  app.get('/images/:name', async (request, reply) => {
    const { name } = request.params as { name: string }
    const [secure_id = '', format = ''] = name.split('.')
    const etag = `"${secure_id}"`
    const image = /^[\w-]{20,64}$/.test(secure_id) ? await findImage(readers, secure_id) : undefined
    if (!image || image.format !== format) throw notFound('Image', name.slice(0, 100))
    reply.headers({
      etag,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
    })
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type(`image/${image.format}`).send(image.bytes)
  })
}
