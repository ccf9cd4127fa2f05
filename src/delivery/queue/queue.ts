import { setTimeout as sleep } from 'node:timers/promises'
import { type Db, type Pool, transaction } from '../../db/connection.ts'
import { claimJobs, type Job, type QueueTable, renewLeases, type Settlement, settleJob } from './queries.ts'
import type { Pauses } from './retry.ts'
import { type AttemptResult, settle } from './settlement.ts'

/** How often the table is looked at, in milliseconds. */
const interval = 1000
/** Jobs that a process has in hand at most. More are taken when half of the hands are free. */
const hands = 20
/** How long a job belongs to a process that is not heard of; a living one renews it three times as often. */
const leaseTime = 120_000
/** How long a stop waits for jobs that are being delivered. */
const farewell = 10_000

export type QueueOptions<J extends Job, Work> = {
  pool: Pool
  now: () => Date
  table: QueueTable
  pauses: Pauses
  /**
   * Makes ready what was claimed, in the transaction of the claim: returns what is to be delivered of each job, in their
   * order; undefined for one that is not, whose state it has written.
   */
  prepare: (db: Db, jobs: J[], now: Date) => Promise<(Work | undefined)[]>
  /** Makes one attempt. When it throws, the attempt has failed, and what earlier ones noted stays. */
  deliver: (job: J, work: Work) => Promise<AttemptResult>
  /** told of rounds and attempts that failed by a fault */
  warn: (error: unknown) => void
  /** called once nothing is in hand any more, or the stop waits no longer */
  release: () => void
}

/**
 * Delivers the jobs of a table. Any number of processes may do so on one database. A job is delivered once; only when a
 * process dies between a delivery and its own record of it, or is not heard of for two minutes, it is delivered again.
 */
export class DeliveryQueue<J extends Job, Work> {
  readonly #options: QueueOptions<J, Work>
  /** jobs in hand, by their id, and the end of their delivery */
  readonly #inHand = new Map<number, Promise<void>>()
  readonly #timers: NodeJS.Timeout[] = []
  #round: Promise<void> | undefined
  #closing = false

  constructor(options: QueueOptions<J, Work>) {
    this.#options = options
  }

  start(): void {
    this.#timers.push(
      setInterval(() => void this.dispatch().catch(this.#options.warn), interval).unref(),
      setInterval(() => void this.#renew().catch(this.#options.warn), leaseTime / 3).unref(),
    )
  }

  /** Delivers everything whose turn has come; a round that is under way already is joined. */
  dispatch(): Promise<void> {
    this.#round ??= this.#deliverAll().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** Takes no more jobs, and waits a while for those that are being delivered. */
  async close(): Promise<void> {
    this.#closing = true
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.race([
      Promise.allSettled([this.#round, ...this.#inHand.values()]),
      sleep(farewell, undefined, { ref: false }),
    ])
    this.#options.release()
  }

  async #deliverAll(): Promise<void> {
    for (;;) {
      await this.#fillHands()
      if (this.#inHand.size === 0) return
      await Promise.race([...this.#inHand.values(), sleep(interval, undefined, { ref: false })])
    }
  }

  /** Takes jobs as hands come free, so that one which the other side keeps waiting holds up no other. */
  async #fillHands(): Promise<void> {
    while (!this.#closing && this.#inHand.size <= hands / 2) {
      const limit = hands - this.#inHand.size
      const { jobs, works } = await this.#take(limit)
      for (const [index, job] of jobs.entries()) {
        const work = works[index]
        if (work === undefined) continue
        this.#inHand.set(
          job.id,
          this.#attempt(job, work).finally(() => this.#inHand.delete(job.id)),
        )
      }
      if (jobs.length < limit) return
    }
  }

  #take(limit: number): Promise<{ jobs: J[]; works: (Work | undefined)[] }> {
    const { pool, table, prepare } = this.#options
    const now = this.#options.now()
    return transaction(pool, async db => {
      const inHand = [...this.#inHand.keys()]
      const jobs = await claimJobs<J>(db, table, { now, lease: leaseFrom(now), limit, inHand })
      return { jobs, works: jobs.length > 0 ? await prepare(db, jobs, now) : [] }
    })
  }

  async #attempt(job: J, work: Work): Promise<void> {
    const { deliver, pauses, warn } = this.#options
    const outcome = await deliver(job, work).catch((error: unknown): AttemptResult => {
      warn(error)
      return { isOpen: true, hasArrived: false, reason: String(error), isOutage: false, columns: {} }
    })
    await this.#record(job, settle(job, outcome, pauses, this.#options.now()))
  }

  /** What has arrived must be written down, or it would be delivered again: a database that is away is waited for. */
  async #record(job: J, settlement: Settlement): Promise<void> {
    const { pool, table, warn } = this.#options
    for (;;) {
      try {
        return await settleJob(pool, table, job, settlement, this.#options.now())
      } catch (error) {
        warn(error)
        if (this.#closing) return
        await sleep(1000, undefined, { ref: false })
      }
    }
  }

  async #renew(): Promise<void> {
    const { pool, table, now } = this.#options
    if (this.#inHand.size > 0) await renewLeases(pool, table, [...this.#inHand.keys()], leaseFrom(now()))
  }
}

const leaseFrom = (now: Date) => new Date(now.getTime() + leaseTime)
