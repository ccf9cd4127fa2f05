import type { Plan, Round } from './load.ts'
import { processorTime } from './processor.ts'
import { type Driver, startDriver } from './servers.ts'

/** How long to measure: rounds of each side, and seconds of a round. */
export type Effort = { rounds: number; seconds: number; warmUp: number }
export const thorough: Effort = { rounds: 31, seconds: 0.7, warmUp: 3 }
export const quick: Effort = { rounds: 5, seconds: 0.5, warmUp: 1 }

/**
 * What a ratio has to reach. A rate is ours through the other's; a cost is the other way round; a p99 and processor time are
 * ours through the other's as well. Without a target it is a rate that is only looked at.
 */
export type Target =
  | { rateAtLeast?: number }
  | { costAtMost: number }
  | { p99AtMost: number }
  | { processorAtMost: number }
/** Median of the rounds of one side; `processor` in µs for each answer, of the program and the database together. */
export type Side = { perSecond: number; p50: number; p99: number; processor: number | undefined }
/** A round, with the milliseconds of processor time that it took where these are counted. */
type Counted = Round & { processor: number | undefined }
export type Comparison = {
  what: string
  subject: Side
  base: Side
  ratio: number
  /** smallest and largest ratio of a round */
  spread: [number, number]
  target: Target
}

/** One or more comparisons that are prepared together: databases, servers, what to send. */
export type Scenario = {
  name: string
  about: string
  /** what `subject` and `base` are */
  sides: [string, string]
  run: (bench: Bench) => Promise<Comparison[]>
}
export type Bench = {
  /** URL of an empty PostgreSQL server, the one that Lectern starts for itself */
  databaseServer: string
  compare: (what: string, target: Target, subject: Plan, base: Plan) => Promise<Comparison>
}

/**
 * Measures two sides in turn, A B B A A B …, so that whatever else the machine does befalls both. The ratio is the
 * median of the ratios of neighbouring rounds.
 */
export async function compare(
  effort: Effort,
  postmaster: number,
  what: string,
  target: Target,
  subject: Plan,
  base: Plan,
): Promise<Comparison> {
  using ours = startDriver(subject)
  using theirs = startDriver(base)
  const rounds: [Counted, Counted][] = []
  const run = async (driver: Driver): Promise<Counted> => {
    const { process } = driver === ours ? subject : base
    const used = () => (process === undefined ? undefined : processorTime(process, postmaster))
    const before = used()
    const round = await driver.run(effort.seconds)
    const after = used()
    return { ...round, processor: before === undefined ? undefined : after! - before }
  }
  await ours.run(effort.warmUp)
  await theirs.run(effort.warmUp)
  for (let round = 0; round < effort.rounds; round++) {
    const first = round % 2 === 0 ? ours : theirs
    const one = await run(first)
    const other = await run(first === ours ? theirs : ours)
    rounds.push(first === ours ? [one, other] : [other, one])
  }
  const ratios = rounds.map(([our, their]) => ratioOf(target, our, their))
  return {
    what,
    target,
    subject: summarise(rounds.map(([our]) => our)),
    base: summarise(rounds.map(([, their]) => their)),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
  }
}

/** Whether a comparison reaches its target. */
export function reaches({ ratio, target }: Comparison): boolean {
  if ('costAtMost' in target) return ratio <= target.costAtMost
  if ('processorAtMost' in target) return ratio <= target.processorAtMost
  if ('p99AtMost' in target) return ratio <= target.p99AtMost
  return ratio >= (target.rateAtLeast ?? 0)
}

function ratioOf(target: Target, our: Counted, their: Counted): number {
  if ('processorAtMost' in target) return costOf(our)! / costOf(their)!
  if ('costAtMost' in target) return rate(their) / rate(our)
  return 'p99AtMost' in target ? our.p99 / their.p99 : rate(our) / rate(their)
}

/** Processor time of an answer, in µs. */
const costOf = ({ processor, answers }: Counted) =>
  processor === undefined ? undefined : (processor / answers) * 1000

function summarise(rounds: Counted[]): Side {
  const costs = rounds.flatMap(round => costOf(round) ?? [])
  return {
    perSecond: median(rounds.map(rate)),
    p50: median(rounds.map(round => round.p50)),
    p99: median(rounds.map(round => round.p99)),
    processor: costs.length > 0 ? median(costs) : undefined,
  }
}

const rate = ({ answers, seconds }: Round) => answers / seconds

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
