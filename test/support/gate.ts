import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'

/** A way to a database that can be cut, closed or frozen, as networks and servers are. */
export type Gate = {
  url: string
  /** ends the connections that are open: the next attempt gets through */
  cut: () => void
  /** ends what is open, and refuses what comes until it is opened again */
  close: () => Promise<void>
  open: () => Promise<void>
  /** lets nothing through, in either direction, and keeps every connection */
  freeze: () => void
  thaw: () => void
  /** how many connections were opened so far */
  opened: () => number
  /** calls back with everything that a client sends from now on, before it is let through */
  watch: (look: (sent: Buffer) => void) => void
  /** calls back when a commit was acknowledged, and the client has heard so */
  onCommit: (callback: () => void) => void
  end: () => Promise<void>
}

/** Opens a gate in front of a database; `url` leads through it. */
export async function gateTo(database: string): Promise<Gate> {
  const { hostname, port } = new URL(database)
  const pairs = new Set<[Socket, Socket]>()
  let frozen = false
  let opened = 0
  let look: (sent: Buffer) => void = () => {}
  let committed = () => {}
  const server = createServer(client => {
    const behind = dial(Number(port), hostname)
    const pair: [Socket, Socket] = [client, behind]
    pairs.add(pair)
    opened++
    if (frozen) client.pause()
    client.on('data', sent => {
      look(sent as Buffer)
      behind.write(sent)
    })
    behind.on('data', received =>
      client.write(received, () => {
        if (received.includes('COMMIT\0')) committed()
      }),
    )
    for (const socket of pair)
      socket
        .on('error', () => {})
        .on('close', () => {
          pairs.delete(pair)
          for (const other of pair) other.destroy()
        })
  })
  const listen = async (on: number) => {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server.address() as { port: number }
  const url = new URL(database)
  url.port = String(address.port)
  const each = (act: (socket: Socket) => void) => {
    for (const pair of pairs) pair.forEach(act)
  }
  const cut = () => each(socket => socket.destroy())
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  return {
    url: url.href,
    cut,
    close,
    open: () => listen(address.port),
    freeze: () => {
      frozen = true
      each(socket => socket.pause())
    },
    thaw: () => {
      frozen = false
      each(socket => socket.resume())
    },
    opened: () => opened,
    watch: callback => {
      look = callback
    },
    onCommit: callback => {
      committed = callback
    },
    end: async () => (server.listening ? close() : undefined),
  }
}
