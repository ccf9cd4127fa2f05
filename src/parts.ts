import type { PassThrough } from 'node:stream'
import { tokenChannel } from './access/oauth/queries.ts'
import { callers } from './access/oauth/tokens.ts'
import type { Config } from './config.ts'
import { NotifiedCache } from './db/cache.ts'
import type { Pool } from './db/connection.ts'
import { Readiness } from './db/readiness.ts'
import { FailureLimit } from './http/server/failure-limit.ts'
import { SparseLog } from './http/server/sparse-log.ts'
import { sessionFields } from './programme/session-fields/session-fields.ts'
import { gatheredInsert } from './programme/sessions/insert.ts'
import { speakerFields } from './programme/speaker-fields/speaker-fields.ts'
import { forgetSpeaker } from './programme/speakers/forgetting.ts'
import { sponsorFields } from './programme/sponsor-fields/sponsor-fields.ts'
import { Desk } from './registration/desk/desk.ts'
import { eventQuestions } from './registration/event-questions/event-questions.ts'
import { IdBlock } from './registration/registrants/ids.ts'
import { AvailabilityBoard } from './seats/board/availability.ts'

/** The time by which everything is decided; `skew` is how far the clock of this machine is ahead of it, in milliseconds. */
export type Clock = { now: () => Date; skew?: () => number }
export const systemClock: Clock = { now: () => new Date() }

export type Ground = {
  pool: Pool
  /** connections for what is only read; the pool's unless given */
  readers?: Pool
  config: Config
  clock?: Clock
}

/** Everything that operations and pages are handed: made once for a process, on its connections. */
export type Parts = Awaited<ReturnType<typeof makeParts>>

/** Makes the parts, and lets them hear what other processes change. `stop` ends what does not end by itself. */
export async function makeParts({ pool, readers = pool, config, clock = systemClock }: Ground) {
  const tokens = callers(pool)
  const fieldsOfAccounts = new NotifiedCache((account, db = pool) =>
    sessionFields.queries.allOf(db, Number(account)),
  )
  const fieldsOfSpeakers = new NotifiedCache((account, db = pool) =>
    speakerFields.queries.allOf(db, Number(account)),
  )
  const fieldsOfSponsors = new NotifiedCache((account, db = pool) =>
    sponsorFields.queries.allOf(db, Number(account)),
  )
  const questionsOfEvents = new NotifiedCache((event, db = pool) =>
    eventQuestions.queries.allOf(db, Number(event)),
  )
  const desk = new Desk(pool, readers, clock.now)
  const availability = new AvailabilityBoard(readers, clock.now)
  /** answers that do not end by themselves, with the credentials that they are for */
  const openStreams = new Map<PassThrough, number>()
  const unfollow = await Promise.all([
    tokens.follow(pool, tokenChannel),
    fieldsOfAccounts.follow(pool, sessionFields.declaration.channel),
    fieldsOfSpeakers.follow(pool, speakerFields.declaration.channel),
    fieldsOfSponsors.follow(pool, sponsorFields.declaration.channel),
    questionsOfEvents.follow(pool, eventQuestions.declaration.channel),
  ])
  await availability.follow(pool)
  let stopping = false

  return {
    pool,
    readers,
    config,
    clock,
    /** whom tokens speak for, by their hash in hex */
    tokens,
    clientFailures: new FailureLimit(),
    /** definitions of the custom fields of an account, by its id */
    sessionFields: fieldsOfAccounts,
    /** definitions of the custom fields of speakers of an account, by its id */
    speakerFields: fieldsOfSpeakers,
    /** the same of its sponsors */
    sponsorFields: fieldsOfSponsors,
    /** questions of an event, by its id */
    eventQuestions: questionsOfEvents,
    /** writes new sessions that come at the same time together */
    insertSession: gatheredInsert(pool),
    /** forgets an appearance of somebody who is forgotten everywhere */
    forgetSpeaker,
    registrantIds: new IdBlock(),
    desk,
    availability,
    openStreams,
    readiness: new Readiness([pool, readers]),
    /** tells once a minute why nothing can be answered, rather than with every request */
    outages: new SparseLog(),
    isStopping: () => stopping,
    stop: () => {
      stopping = true
      for (const stream of openStreams.keys()) stream.end()
    },
    close: async () => {
      desk.close()
      await Promise.allSettled([availability.close(), ...unfollow.map(stop => stop())])
    },
  }
}
