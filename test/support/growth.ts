import assert from 'node:assert/strict'

/** Lengths at which a cost is measured. */
export const lengths = [1000, 10_000, 100_000]
/** A cost below this many milliseconds is no cost, however it grew. */
const noise = 150
/** Ten times the length may cost ten times as much; the square would be a hundred. */
const mostGrowth = 40

/**
 * Asserts that what a piece of work costs grows no faster than the length of its text. What is measured is the processor
 * time of this thread, the least of five tries: other load on the machine is no part of it.
 */
export async function mustGrowWithLength(name: string, work: (length: number) => unknown): Promise<void> {
  let earlier = noise / mostGrowth
  for (const length of lengths) {
    const cost = await leastCost(work, length, mostGrowth * earlier)
    assert.ok(
      cost <= Math.max(noise, mostGrowth * earlier),
      `${name}: ${cost.toFixed(0)} ms for ${length} characters, after ${earlier.toFixed(1)} ms for a tenth of them`,
    )
    earlier = Math.max(cost, noise / mostGrowth)
  }
}

/** Tries again only while it is more than what would be too much. */
async function leastCost(work: (length: number) => unknown, length: number, enough: number): Promise<number> {
  let least = Infinity
  for (let tries = 0; tries < 5 && least > enough; tries++) {
    const before = process.threadCpuUsage()
    await work(length)
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** So many characters of one text repeated, between two others. */
export function repeated(unit: string, length: number, before = '', after = ''): string {
  return before + unit.repeat(Math.ceil(length / unit.length)) + after
}
