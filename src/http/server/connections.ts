import { execFileSync } from 'node:child_process'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config.ts'
import { SparseLog } from './sparse-log.ts'

/** Files that a process has open besides its connections to clients: the database, logs, sources. */
const otherFiles = 300

/**
 * Bounds what clients can hold: at most `MAX_CONNECTIONS` of them, and a client that takes nothing of its answer for
 * `WRITE_TIMEOUT_SECONDS` is let go. Streams end by themselves, or are limited where they begin.
 */
export function boundConnections(app: FastifyInstance, config: Config): void {
  const log = new SparseLog()
  app.server.maxConnections = config.MAX_CONNECTIONS
  app.server.on('drop', () =>
    log.tell('drop', times =>
      app.log.warn({ times }, `connections were refused: there are ${config.MAX_CONNECTIONS} already`),
    ),
  )
  app.addHook('onListen', async () => {
    const files = openFilesLimit()
    if (files < config.MAX_CONNECTIONS + otherFiles)
      app.log.warn(
        `This process may open ${files} files, which are fewer than MAX_CONNECTIONS=${config.MAX_CONNECTIONS} and ${otherFiles} others need: raise \`ulimit -n\`, or lower MAX_CONNECTIONS.`,
      )
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream')
    // Node sets another limit for the time between answers. Progress of any kind, also of the peer, begins it anew.
    if (!isStream && 'setTimeout' in request.raw.socket)
      request.raw.socket.setTimeout(config.WRITE_TIMEOUT_SECONDS * 1000)
    done(null, payload)
  })
}

/** `ulimit -n`; Infinity where there is no such thing. */
function openFilesLimit(): number {
  try {
    return Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || Infinity
  } catch {
    return Infinity
  }
}
