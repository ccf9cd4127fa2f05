import { createAccount, createCredential, type NewCredential } from '../access/accounts/accounts.ts'
import { listAccounts } from '../access/accounts/queries.ts'
import { type Db, transaction } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import { createSample } from './sample.ts'

export type FirstStart = { credential: NewCredential; event_id: number | undefined }

/** Any constant: two processes that start together must not both be the first. */
const firstStartLock = 5_327_838

/** On an empty database: an account, a credential, and a sample event unless told otherwise. Later: undefined. */
export function prepareFirstStart(db: Db, withSample: boolean, now: Date): Promise<FirstStart | undefined> {
  return transaction(db, async tx => {
    await tx`select pg_advisory_xact_lock(${firstStartLock})`
    if ((await listAccounts(tx)).length > 0) return undefined
    const account = await createAccount(tx, 'Main')
    const credential = await createCredential(tx, account.id, 'First credential', ['read', 'write'])
    const actor: Actor = { account_id: account.id, actor_id: null, request_id: null, now }
    return { credential, event_id: withSample ? await createSample(tx, actor) : undefined }
  })
}

/** What the terminal shows after the first start: lines that work when pasted, none longer than 80 columns. */
export function describeFirstStart(url: string, { credential, event_id }: FirstStart): string {
  return `The API is described at ${url}/docs

An account was created, with one credential. Its secret is shown only now:

  key     ${credential.key}
  secret  ${credential.secret}

Get a token (it lives 30 minutes), then create a session:

KEY=${credential.key}
SECRET=${credential.secret}
URL=${url}/api/v1

TOKEN=$(curl -s -u $KEY:$SECRET -d grant_type=client_credentials \\
  $URL/oauth2/token | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
${event_id ? createSessionLines(event_id) : createEventLines}
`
}

const createSessionLines = (event_id: number) => `
curl -H "Authorization: Bearer $TOKEN" -d event_id=${event_id} -d date=2027-06-01 \\
  -d name='My first session' -d start_time=10:00 $URL/sessions/create
`
const createEventLines = `
curl -H "Authorization: Bearer $TOKEN" -d name='My event' -d timezone=UTC \\
  $URL/events/create

curl -H "Authorization: Bearer $TOKEN" -d event_id=1 -d date=2027-06-01 \\
  -d name='My first session' -d start_time=10:00 $URL/sessions/create
`
