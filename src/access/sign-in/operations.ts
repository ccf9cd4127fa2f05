import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { ApiError, notFound } from '../../errors.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked } from '../../http/query.ts'
import type { Caller } from '../../http/server/auth.ts'
import { agentOf, clearCookie, mustBeOurs, sendCookie } from '../../http/server/cookies.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type FailureLimit, networkOf } from '../../http/server/failure-limit.ts'
import { roles } from '../../http/server/roles.ts'
import { readUpdate, settle } from '../../http/values/draft.ts'
import { write } from '../../http/write.ts'
import { findUser, updateUser } from '../users/queries.ts'
import { mustFindUser } from '../users/users.ts'
import { endSessions, findNames, listSessions } from './queries.ts'
import { Me, MeInput, SignInInput, UserSession } from './schema.ts'
import { changePassword, idleSince, signIn } from './sign-in.ts'

type Parts = {
  /** failures to sign in of this minute */
  clientFailures: FailureLimit
  config: { TRUST_PROXY: boolean | number | string; PUBLIC_URL: string | null }
}

const tag = 'Users'
const me = answerOf('Me', Me)
const sessions = answerOf(
  'UserSessions',
  Type.Object({
    items: Type.Array(UserSession, { description: 'Where the user is signed in, the latest first.' }),
  }),
)

/** Failures to sign in within a minute: of an address, and of a network. */
const failuresOfName = 10
const failuresOfNetwork = 300

export const signInOperations: Operation<Parts>[] = [
  {
    spellings: ['POST /api/v1/sign-in'],
    id: 'signIn',
    tag,
    summary: 'Sign a user in',
    description:
      'By address and password; or by the `token` of a link that works once, with a new password. The answer sets a cookie, which stands for the user on every path of the API: for 14 days, or until it is not used for 12 hours. After 10 failures for an address within a minute, or 300 from one network, 429 until the minute is over. Over HTTPS only, apart from this machine.',
    access: 'everybody',
    body: bodyOf('SignInInput', SignInInput),
    success: { 200: me },
    failures: [400, 401, 403, 413, 415, 422, 429, 500, 503],
    handler: async call => {
      const { request, reply, body, parts } = call
      const now = parts.clock.now()
      if (request.headers['sec-fetch-site'] ?? request.headers.origin) mustBeOurs(request, parts.config)
      reply.header('cache-control', 'no-store')
      const entry = body ?? {}
      const network = networkOf(request, parts.config)
      const name = String(entry.email ?? '')
        .trim()
        .toLowerCase()
        .slice(0, 320)
      const limited = [
        { name: `sign-in ${name} ${network}`, limit: failuresOfName },
        ...(network ? [{ name: `sign-in ${network}`, limit: failuresOfNetwork }] : []),
      ]
      parts.clientFailures.mustBeOpen(limited, now)
      try {
        // Whether the cookie can be sent is known before the link is used up.
        sendCookie(request, reply, parts.config, 'probe', now)
        const { user, token, expires_at } = await signIn(parts.pool, entry, agentOf(request), now)
        reply.removeHeader('set-cookie')
        sendCookie(request, reply, parts.config, token, expires_at)
        return showMe(parts.pool, user)
      } catch (error) {
        reply.removeHeader('set-cookie')
        if (error instanceof ApiError && error.status === 401) parts.clientFailures.count(limited, now)
        throw error
      }
    },
  },
]

/** What a user who is signed in may ask, and what a program may ask of itself. */
export const ownOperations: Operation<Parts>[] = [
  {
    spellings: ['GET /me'],
    id: 'getMe',
    tag,
    summary: 'Get who is asking',
    description: 'A user who is signed in, or the program that a token was given to.',
    permission: { only: roles },
    success: { 200: me },
    handler: call => showMe(call.db, call.caller),
  },
  {
    spellings: ['PUT /me', 'PATCH /me'],
    id: 'updateMe',
    tag,
    summary: 'Change the own name or password',
    description:
      'A new password needs the current one. After 10 failures within a minute, 429 until the minute is over.',
    query: writeQuery,
    permission: { only: roles },
    body: bodyOf('MeInput', MeInput),
    success: { 200: me },
    takesKey: false,
    failures: [404],
    handler: async call => {
      const user = mustBeUser(call)
      const { body, actor } = call
      const { clientFailures: limit, clock } = call.parts
      const now = clock.now()
      const limited = [{ name: `password ${user.id}`, limit: failuresOfName }]
      const { version } = await mustFindUser(call.db, call.account_id, user.id)
      mustMatchVersion(actor.ifMatch, version)
      const given = settle(readUpdate(Type.Pick(MeInput, ['first_name', 'last_name']), body))
      return write(
        call,
        async ({ db }) => {
          if (body.password !== undefined && body.password !== '') {
            limit.mustBeOpen(limited, now)
            await changePassword(db, user, {
              password: String(body.password),
              current_password: body.current_password,
            }).catch(error => {
              limit.count(limited, now)
              throw error
            })
          }
          if (Object.keys(given).length > 0) await updateUser(db, actor, user.id, given)
          return { status: 200, body: await showMe(db, call.caller) }
        },
        { remember: false },
      )
    },
  },
  {
    spellings: ['GET /me/sessions'],
    id: 'listMySessions',
    tag,
    summary: 'List where the user is signed in',
    permission: { only: roles },
    success: { 200: sessions },
    failures: [404],
    handler: async call => {
      const user = mustBeUser(call)
      const now = call.parts.clock.now()
      const items = await listSessions(call.db, user.id, now, idleSince(now))
      return { items: items.map(session => ({ ...session, is_this: session.id === user.session_id })) }
    },
  },
  {
    spellings: ['DELETE /me/sessions/:id'],
    id: 'deleteMySession',
    tag,
    summary: 'Sign the user out elsewhere',
    query: writeQuery,
    permission: { only: roles },
    noun: 'Session',
    success: { 204: Type.Null() },
    takesKey: false,
    handler: async call => {
      const user = mustBeUser(call)
      const { id } = call
      // What a session is never changes.
      mustMatchVersion(call.actor.ifMatch, 1)
      return write(
        call,
        async ({ db }) => {
          if ((await endSessions(db, user.id, { only: id })) === 0) throw notFound('Session', id)
          return { status: 204 }
        },
        { remember: false },
      )
    },
  },
  {
    spellings: ['POST /sign-out'],
    id: 'signOut',
    tag,
    summary: 'Sign the user out',
    query: writeQuery,
    permission: { only: roles },
    success: { 204: Type.Null() },
    takesKey: false,
    failures: [404],
    handler: async call => {
      const user = mustBeUser(call)
      if (!isAsked(call, 'validate_only')) clearCookie(call.request, call.reply, call.parts.config)
      return write(
        call,
        async ({ db }) => {
          await endSessions(db, user.id, { only: user.session_id })
          return { status: 204 }
        },
        { remember: false },
      )
    },
  },
]

/** The user who asks. Throws 404 for a program: it has no sessions, name or password of this kind. */
function mustBeUser({ caller }: Pick<Call, 'caller'>): NonNullable<Caller['user']> {
  if (!caller.user)
    throw new ApiError(404, 'not_found', 'This is about a user who is signed in, and a program asks.')
  return caller.user
}

/** What says who somebody is. */
type Asking = Pick<Caller, 'account_id' | 'actor_id' | 'scopes'> & { user?: { id: number } }

async function showMe(db: Db, { account_id, actor_id, scopes, user }: Asking) {
  const { account_name, credential_name } = await findNames(db, account_id, actor_id)
  const person = user && (await findUser(db, account_id, user.id))
  if (!person)
    return {
      kind: 'credential',
      id: actor_id,
      account_id,
      account_name,
      name: credential_name,
      email: null,
      role: null,
      event_ids: null,
      scopes,
    }
  const { first_name, last_name, email, role, event_ids } = person
  return {
    kind: 'user',
    id: person.id,
    account_id,
    account_name,
    name: [first_name, last_name].filter(Boolean).join(' ') || null,
    email,
    role,
    event_ids,
    scopes: ['read', 'write'],
  }
}
