import { createServer } from 'node:net'

/** Answers every packet at once, without reading it: what is left is the load generator's own ceiling. */
const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
const server = createServer({ noDelay: true }, socket =>
  socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy()),
)
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
)
