import { connect, type Socket } from 'node:net'

/** What one side is asked: the requests are sent in turn, over connections that each wait for their answer. */
export type Plan = {
  url: string
  connections: number
  requests: Request[]
  /** milliseconds that each connection waits before it asks again */
  pause?: number
  /** what others ask at the same time; it is not counted */
  meanwhile?: Plan
  /** the process that answers, where its processor time is to be counted */
  process?: number
}
export type Request = { method: string; path: string; headers?: Record<string, string>; body?: string }
/** What came back in one round. Latencies in milliseconds. */
export type Round = { answers: number; seconds: number; p50: number; p99: number }
export type Order = { plan: Plan } | { seconds: number }
export type Report = { round: Round } | { failure: string }

/*
 * The load generator, a process of its own: it gets a plan, then runs rounds of it, and says how each went. It writes
 * requests made beforehand and looks at no more of an answer than its status and length, so that on a machine of few
 * cores it takes little from the servers that are measured.
 */
let plan: { host: string; port: number; connections: number; requests: Buffer[]; pause?: number }
/** Goes on over rounds: no request is sent twice before each was sent once. */
let next = 0

process.on('disconnect', () => process.exit())
process.on('message', async (order: Order) => {
  if ('plan' in order) {
    const { hostname: host, port } = new URL(order.plan.url)
    plan = { ...order.plan, host, port: Number(port), requests: order.plan.requests.map(bytesOf) }
    return
  }
  const report: Report = await run(order.seconds).then(
    round => ({ round }),
    error => ({ failure: String(error.message) }),
  )
  process.send!(report)
})

async function run(seconds: number): Promise<Round> {
  const sockets = await Promise.all(Array.from({ length: plan.connections }, open))
  const latencies: number[] = []
  const start = performance.now()
  await Promise.all(sockets.map(socket => ask(socket, start + seconds * 1000, latencies)))
  const took = (performance.now() - start) / 1000
  const sorted = Float64Array.from(latencies).sort()
  const share = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
  return { answers: sorted.length, seconds: took, p50: share(0.5), p99: share(0.99) }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(plan.port, plan.host, () => resolve(socket))
    socket.setNoDelay(true).once('error', reject)
  })
}

/** Sends one request after the other until the time is up; rejects at the first answer that is not a success. */
function ask(socket: Socket, until: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    /** bytes of the answer that are still to come; undefined while its head is incomplete */
    let missing: number | undefined
    let head = ''
    const send = () => {
      missing = undefined
      head = ''
      sent = performance.now()
      socket.write(plan.requests[next++ % plan.requests.length]!)
    }
    const fail = (why: string) => {
      socket.destroy()
      reject(new Error(why))
    }
    socket.on('data', chunk => {
      if (missing === undefined) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        if (head.charAt(9) !== '2') return fail(`An answer was no success:\n${head}`)
        missing = end + 4 + lengthIn(head.slice(0, end)) - head.length
      } else missing -= chunk.length
      if (missing > 0) return
      if (missing < 0) return fail(`An answer is longer than it says:\n${head}`)
      const now = performance.now()
      latencies.push(now - sent)
      if (now < until) return plan.pause ? void setTimeout(send, plan.pause) : send()
      socket.destroy()
      resolve()
    })
    socket.on('error', error => fail(`A connection failed: ${error.message}`))
    socket.on('end', () => fail('The server closed a connection.'))
    if (plan.pause) setTimeout(send, plan.pause * Math.random())
    else send()
  })
}

function lengthIn(head: string): number {
  return Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
}

function bytesOf({ method, path, headers = {}, body = '' }: Request): Buffer {
  const head = Object.entries({
    host: 'localhost',
    ...(body && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  })
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}
