import type { FastifyReply } from 'fastify'
import { type Db, transaction } from '../db/connection.ts'
import { invalid } from '../errors.ts'
import type { Actor } from './actor.ts'
import type { Answer } from './answer.ts'
import type { Call } from './operation.ts'
import { readId } from './query.ts'
import { mustNotExpect } from './server/etag.ts'
import { type Body, blank, isBlank } from './values/draft.ts'
import { faultOf, readValue, Text, unwrapChoice } from './values/values.ts'
import { write } from './write.ts'

type Upsert = {
  find: (db: Db, actor: Actor, externalId: string, event_id: number) => Promise<{ id: number } | undefined>
  create: (db: Db, actor: Actor, body: Body) => Promise<Answer>
  update: (db: Db, actor: Actor, id: number, body: Body) => Promise<Answer>
}

/**
 * `PUT /{plural}/external/{external_id}`: updates the object that has this external id, or creates it. Two at once are
 * ordered by an advisory lock, so that a script that runs twice never makes two.
 */
export function upsert<P>(call: Call<P>, { find, create, update }: Upsert): Promise<FastifyReply> {
  const external_id = call.parameter('external_id')
  const body: Body = { ...call.body, external_id }
  const { actor } = call
  const path = call.request.routeOptions.url!
  return write(call, ({ db }) =>
    transaction(db, async tx => {
      // 0 is no event: nothing is found then, and creating says what is missing.
      const event_id = readId(String(unwrapChoice(body.event_id) ?? '')) ?? 0
      // A blank one is stored as none, so that the next call would create another.
      const reading = isBlank(external_id) ? blank : readValue(Text(255), external_id)
      if (!('value' in reading)) throw invalid([faultOf('external_id', reading)])
      await tx`select pg_advisory_xact_lock(hashtextextended(${`${path} ${actor.account_id} ${event_id} ${external_id}`}, 1))`
      const known = await find(tx, actor, external_id, event_id)
      if (known) return update(tx, actor, known.id, body)
      mustNotExpect(actor.ifMatch)
      return create(tx, actor, body)
    }),
  )
}
