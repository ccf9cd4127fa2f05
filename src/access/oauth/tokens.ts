import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { NotifiedCache } from '../../db/cache.ts'
import type { Db } from '../../db/connection.ts'
import { ApiError } from '../../errors.ts'
import type { Caller } from '../../http/server/auth.ts'
import { hashSecret } from '../accounts/accounts.ts'
import { type Credential, findCredentialByKey } from '../accounts/queries.ts'
import { deleteToken, findToken, insertToken } from './queries.ts'

/** Life of an access token, in seconds (docs/contract.md §1). */
const tokenLifetime = 1800

export type AccessToken = {
  access_token: string
  type: 'bearer'
  token_type: 'Bearer'
  expires_at: string
  expires_in: number
  scope: string
}

type TokenRequest = { grant_type?: unknown; scope?: unknown; client_id?: unknown; client_secret?: unknown }

/** The client credentials grant, RFC 6749 §4.4. */
export async function grantToken(
  db: Db,
  now: Date,
  authorization: string | undefined,
  body: TokenRequest,
): Promise<AccessToken> {
  const credential = await authenticateClient(db, authorization, body)
  mustBeClientCredentials(body.grant_type)
  const scopes = grantedScopes(credential.scopes, body.scope)
  const token = randomBytes(32).toString('base64url')
  const expires = new Date(Math.floor(now.getTime() / 1000 + tokenLifetime) * 1000)
  await insertToken(db, {
    token_hash: hashToken(token),
    credential_id: credential.id,
    scopes,
    created_at: now,
    expires_at: expires,
  })
  return {
    access_token: token,
    type: 'bearer',
    token_type: 'Bearer',
    expires_at: expires.toISOString().slice(0, 19).replace('T', ' '),
    expires_in: tokenLifetime,
    scope: scopes.join(' '),
  }
}

/** Revocation, RFC 7009 §2.1: a token that does not exist, or is another client's, is revoked already. Returns its key. */
export async function revokeToken(
  db: Db,
  authorization: string | undefined,
  body: TokenRequest & { token?: unknown },
): Promise<string> {
  const credential = await authenticateClient(db, authorization, body)
  const token = mustHaveToken(body)
  await deleteToken(db, hashToken(token), credential.id)
  return tokenKey(token)
}

/** Introspection, RFC 7662 §2.2: of tokens of the client's own account; any other is simply not active. */
export async function introspectToken(
  db: Db,
  now: Date,
  authorization: string | undefined,
  body: TokenRequest & { token?: unknown },
): Promise<object> {
  const credential = await authenticateClient(db, authorization, body)
  const token = await findToken(db, hashToken(mustHaveToken(body)))
  if (!token || token.account_id !== credential.account_id || momentOf(token.expires_at) <= now)
    return { active: false }
  const seconds = (timestamp: string) => Math.floor(momentOf(timestamp).getTime() / 1000)
  return {
    active: true,
    scope: token.scopes.join(' '),
    client_id: token.key,
    token_type: 'Bearer',
    iat: seconds(token.created_at),
    exp: seconds(token.expires_at),
  }
}

/** The key that a client names; empty when it names none that could exist. */
export function clientName(authorization: string | undefined, body: TokenRequest): string {
  return pairOf(authorization, body)?.key ?? ''
}

/** Whom a token speaks for, remembered by its hash. */
export function callers(db: Db): NotifiedCache<Caller | undefined> {
  return new NotifiedCache<Caller | undefined>(async tokenHash => {
    const token = await findToken(db, Buffer.from(tokenHash, 'hex'))
    return token && { ...token, expires_at: momentOf(token.expires_at) }
  })
}

/** What is stored of a token, in hex. */
export function tokenKey(token: string): string {
  return hash('sha256', token, 'hex')
}

const hashToken = (token: string) => hash('sha256', token, 'buffer')
const momentOf = (timestamp: string) => new Date(`${timestamp.replace(' ', 'T')}Z`)

/** Client authentication, RFC 6749 §2.3.1: HTTP Basic, or key and secret in the body. */
async function authenticateClient(
  db: Db,
  authorization: string | undefined,
  body: TokenRequest,
): Promise<Credential> {
  const pair = pairOf(authorization, body)
  const credential = pair && (await findCredentialByKey(db, pair.key))
  const expected = credential?.secret_hash ?? Buffer.alloc(32)
  const matches = timingSafeEqual(hashSecret(pair?.secret ?? ''), expected)
  if (!credential || !matches) throw invalidClient()
  return credential
}

type KeyAndSecret = { key: string; secret: string }
const pairPattern = /^[A-Za-z0-9_-]{1,200}$/

function pairOf(authorization: string | undefined, body: TokenRequest): KeyAndSecret | undefined {
  return authorization === undefined ? pairInBody(body) : basicPair(authorization)
}

function pairInBody({ client_id, client_secret }: TokenRequest): KeyAndSecret | undefined {
  return validPair(String(client_id ?? ''), String(client_secret ?? ''))
}

/** Standard or URL-safe base64 of `key:secret`, each percent-encoded or not. */
function basicPair(authorization: string): KeyAndSecret | undefined {
  const encoded = /^\s*basic\s+([A-Za-z0-9+/_-]+=*)\s*$/i.exec(authorization)?.[1]
  const [key, ...secret] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':')
  try {
    return validPair(decodeURIComponent(key!), decodeURIComponent(secret.join(':')))
  } catch {
    return undefined
  }
}

function validPair(key: string, secret: string): KeyAndSecret | undefined {
  return pairPattern.test(key) && pairPattern.test(secret) ? { key, secret } : undefined
}

function mustBeClientCredentials(grant: unknown): void {
  if (grant === undefined || grant === '' || grant === null)
    throw oauthError('invalid_request', 'grant_type is required: send grant_type=client_credentials.')
  if (grant !== 'client_credentials')
    throw oauthError('unsupported_grant_type', 'The only grant_type is client_credentials.')
}

/**
 * The scopes that were asked for, at most those of the credential; all of them when none is named. Throws 400 for what cannot
 * be read: taken as none it would allow more than was asked for.
 */
function grantedScopes(allowed: string[], asked: unknown): string[] {
  const texts = [asked ?? []].flat()
  if (!texts.every(text => typeof text === 'string'))
    throw oauthError('invalid_scope', 'scope must be words with blanks between them.')
  const wanted = texts.flatMap(text => text.split(/[\s,]+/)).filter(word => word !== '')
  const refused = wanted.filter(scope => !allowed.includes(scope))
  if (refused.length > 0)
    throw oauthError(
      'invalid_scope',
      `This credential does not have the scope ${refused.join(', ')}; it has ${allowed.join(', ')}.`,
    )
  return wanted.length > 0 ? allowed.filter(scope => wanted.includes(scope)) : allowed
}

function mustHaveToken({ token }: { token?: unknown }): string {
  if (typeof token !== 'string' || token === '') throw oauthError('invalid_request', 'token is required.')
  return token
}

const oauthError = (error: string, message: string) =>
  new ApiError(400, error, message, { oauthError: error, headers: noStore })
const invalidClient = () =>
  new ApiError(401, 'invalid_client', 'The key and secret do not belong to a valid credential.', {
    oauthError: 'invalid_client',
    headers: { ...noStore, 'www-authenticate': 'Basic realm="Lectern"' },
  })
const noStore = { 'cache-control': 'no-store' }
