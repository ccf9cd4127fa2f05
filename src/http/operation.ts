import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Db, Pool } from '../db/connection.ts'
import { notFound } from '../errors.ts'
import type { Actor } from './actor.ts'
import { baseUrlOf } from './links.ts'
import type { Listable } from './lists/listing.ts'
import { type Parameters, type Query, readId } from './query.ts'
import type { Caller } from './server/auth.ts'
import { methodNotAllowed } from './server/methods.ts'
import type { Permission } from './server/roles.ts'
import type { Body } from './values/draft.ts'

/** What every operation is given. */
export type CommonParts = {
  pool: Pool
  /** connections for what is only read */
  readers: Pool
  /** the time by which everything is decided */
  clock: { now: () => Date }
  config: { PUBLIC_URL: string | null }
}

/** One operation of the API, and everything its documentation says; `P` are the parts of the program that it needs. */
export type Operation<P = unknown> = {
  /** `METHOD /path` spellings, below the path of its list; the first is the one that the hosted API has */
  spellings: string[]
  /** spellings that the document leaves out */
  unlisted?: string[]
  id: string
  tag: string
  summary: string
  description?: string
  /** what messages call the object that the `:id` of its path names */
  noun?: string
  body?: TSchema
  /** media types of the body, the usual one first; JSON and both forms unless given */
  bodyTypes?: string[]
  /** the member of the body that a list by itself stands for */
  listMember?: string
  /** parts of its form may be files, of at most so many bytes */
  takesFile?: number
  /** members of the body that are understood beside those of its schema */
  aliases?: readonly string[] | undefined
  query?: Parameters
  /** what parameters of its path are, besides ids and those that every path means alike */
  path?: Record<string, TSchema>
  /** of a read: what `fields` and `expand` know */
  reads?: Listable
  /** media types of success, where it is a file */
  answerTypes?: string[]
  /** status and schema of success */
  success: Record<number, TSchema>
  /** failures besides those that follow from the rest; all of them for an operation without a token */
  failures?: number[]
  /** failures with a schema of their own */
  refusals?: Record<number, TSchema>
  /** which roles of users may call it; by its method unless given */
  permission?: Permission
  /** who may call it: holders of a token unless given */
  access?: 'everybody' | 'credential'
  isList?: boolean
  /** whether a POST looks at its Idempotency-Key; it does unless this is false */
  takesKey?: boolean
  /** not logged at the usual level, because it is asked every few seconds */
  isQuiet?: boolean
  handler: (call: Call<P>) => unknown
}

/** A request, as the handler of an operation sees it. */
export class Call<P = unknown> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly parts: CommonParts & P
  /** the connections for reads or, within a write, the connection of its transaction */
  readonly db: Db
  readonly #noun: string

  constructor(request: FastifyRequest, reply: FastifyReply, parts: CommonParts & P, noun: string, db: Db) {
    this.request = request
    this.reply = reply
    this.parts = parts
    this.#noun = noun
    this.db = db
  }

  /** The same call over another connection. */
  within(db: Db): Call<P> {
    return new Call(this.request, this.reply, this.parts, this.#noun, db)
  }

  get body(): Body {
    return this.request.body as Body
  }

  get query(): Query {
    return this.request.query as Query
  }

  get caller(): Caller {
    return this.request.caller
  }

  get account_id(): number {
    return this.request.caller.account_id
  }

  /** Who sent this request, and when. */
  get actor(): Actor {
    const { caller, id, headers, ignored } = this.request
    const { account_id, actor_id } = caller
    return {
      account_id,
      actor_id,
      request_id: id,
      now: this.parts.clock.now(),
      ifMatch: headers['if-match'],
      ignored,
    }
  }

  /**
   * The id in the path. Throws 404 for one that no object can have, 405 for a word that is a path of other methods, such as
   * `GET /sessions/create`.
   */
  get id(): number {
    return this.idOf(this.#noun)
  }

  /** The id of another parameter of the path; fails likewise. */
  idOf(noun: string, parameter = 'id'): number {
    const text = this.parameter(parameter)
    const id = readId(text)
    if (!id) throw methodNotAllowed(this.request) ?? notFound(noun, text)
    return id
  }

  parameter(name: string): string {
    return (this.request.params as Record<string, string>)[name] ?? ''
  }

  /** Start of every link in the answer. Throws 400 for a Host header that names no host. */
  get baseUrl(): string {
    return baseUrlOf(this.request, this.parts.config)
  }

  /** The URL of this request, as the outside world sees it. */
  get selfUrl(): string {
    return `${this.baseUrl}${this.request.originalUrl}`
  }
}
