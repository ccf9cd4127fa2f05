import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../../errors.ts'

/** Something that may fail so often within a minute. */
export type Limited = { name: string; limit: number }

/** Most names that are remembered; beyond them, those whose failures are longest ago are forgotten. */
const mostNames = 100_000

/** Counts failures, and nothing else, by the minute and in this process. */
export class FailureLimit {
  #minute = 0
  readonly #failures = new LRUCache<string, number>({ max: mostNames })

  /** Throws 429 when any of these has failed too often in this minute. */
  mustBeOpen(limited: Limited[], now: Date): void {
    this.#turn(now)
    if (limited.every(({ name, limit }) => (this.#failures.get(name) ?? 0) < limit)) return
    const seconds = 60 - (Math.floor(now.getTime() / 1000) % 60)
    throw new ApiError(429, 'rate_limited', `Too many attempts failed. Try again in ${seconds} seconds.`, {
      headers: { 'retry-after': String(seconds) },
    })
  }

  count(limited: Limited[], now: Date): void {
    this.#turn(now)
    for (const { name } of limited) this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1)
  }

  #turn(now: Date): void {
    const minute = Math.floor(now.getTime() / 60_000)
    if (minute === this.#minute) return
    this.#minute = minute
    this.#failures.clear()
  }
}

/**
 * The network that a request comes from: an IPv4 address, or the first half of an IPv6 address. Undefined when it is not
 * known: without `TRUST_PROXY` a private address may be a proxy, behind which there is everybody.
 */
export function networkOf(
  request: FastifyRequest,
  config: { TRUST_PROXY: boolean | number | string },
): string | undefined {
  const ip = request.ip.replace(/^::ffff:(?=[\d.]+$)/i, '')
  const version = isIP(ip)
  if (version === 0) return undefined
  if (!config.TRUST_PROXY && mayBeProxy.check(ip, version === 4 ? 'ipv4' : 'ipv6')) return undefined
  return version === 4 ? ip : firstHalf(ip)
}

const mayBeProxy = new BlockList()
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  mayBeProxy.addSubnet(network, prefix, 'ipv4')
mayBeProxy.addAddress('::1', 'ipv6')
mayBeProxy.addSubnet('fc00::', 7, 'ipv6')
mayBeProxy.addSubnet('fe80::', 10, 'ipv6')

/** The first four groups, with those that `::` stands for. */
function firstHalf(ip: string): string {
  const [head = '', tail] = ip.split('::').map(part => part.split(':').filter(Boolean)) as unknown as [
    string[],
    string[]?,
  ]
  const zeros = tail ? Array(8 - head.length - tail.length).fill('0') : []
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')
}
