import { createCredential, mustFindAccount, scopes, withdrawCredential } from '../access/accounts/accounts.ts'
import { listCredentials } from '../access/accounts/queries.ts'
import { command, exitCodes, jsonOption, UsageError } from './command.ts'
import { oneLine, table } from './terminal.ts'

export const credentialsCreate = command({
  name: 'credentials create',
  args: ['name'],
  options: {
    scope: {
      type: 'string',
      multiple: true,
      value: '<scope>',
      help: 'read or write; repeat it for both. Both when it is not given.',
    },
    account: { type: 'string', value: '<name>', help: 'Whose it is. Not needed when there is one account.' },
    strict: {
      type: 'boolean',
      help: 'Refuse requests that name unknown members or parameters, instead of ignoring them.',
    },
    json: jsonOption,
  },
  summary: 'Create a credential: the key and secret with which a program gets tokens.',
  details: 'The secret is shown once: only a hash of it is stored.',
  run: async ({ args, options, terminal }, open) => {
    const granted = scopesFrom(options.scope)
    const { account, credential } = await open(async db => {
      const account = await mustFindAccount(db, options.account)
      return {
        account,
        credential: await createCredential(db, account.id, args.name!, granted, options.strict),
      }
    })
    if (options.json) terminal.out(JSON.stringify({ ...credential, account: account.name }))
    else {
      terminal.say(`Created credential "${oneLine(credential.name)}" of account "${oneLine(account.name)}".`)
      terminal.say('Its secret is shown only now:\n')
      terminal.out(
        `key     ${credential.key}\nsecret  ${credential.secret}\nscopes  ${granted.join(' ')}${credential.strict ? '\nstrict  yes' : ''}`,
      )
    }
    return exitCodes.ok
  },
})

export const credentialsList = command({
  name: 'credentials list',
  args: [],
  options: { json: jsonOption },
  summary: 'List the credentials of all accounts, revoked ones too.',
  run: async ({ options, terminal }, open) => {
    const credentials = await open(listCredentials)
    if (options.json) {
      const shown = credentials.map(({ secret_hash: _secret, ...credential }) => credential)
      terminal.out(JSON.stringify(shown))
    } else if (credentials.length === 0) terminal.say('There is no credential yet.')
    else
      terminal.out(
        table([
          ['KEY', 'SCOPES', 'STRICT', 'CREATED', 'REVOKED', 'ACCOUNT', 'NAME'],
          ...credentials.map(({ key, scopes, strict, created_at, revoked_at, account, name }) => [
            key,
            scopes.join(' '),
            strict ? 'yes' : '',
            created_at.slice(0, 10),
            revoked_at?.slice(0, 10) ?? '',
            account,
            name,
          ]),
        ]),
      )
    return exitCodes.ok
  },
})

export const credentialsRevoke = command({
  name: 'credentials revoke',
  args: ['key'],
  options: {},
  summary: 'Withdraw a credential, and every token it got, at once.',
  run: async ({ args, terminal }, open) => {
    const key = args.key!
    const revoked = /^[\w-]+$/.test(key) && (await open(db => withdrawCredential(db, key)))
    terminal.say(
      revoked
        ? `Revoked ${key}. Its tokens are refused from now on.`
        : `lectern: There is no valid credential with the key "${oneLine(key)}".`,
    )
    return revoked ? exitCodes.ok : exitCodes.failure
  },
})

function scopesFrom(given: string[] | undefined): string[] {
  // `--scope read,write` and `--scope "read write"` are what people try next.
  const wanted = (given ?? [...scopes]).flatMap(text => text.split(/[\s,]+/))
  const unknown = wanted.find(word => !(scopes as readonly string[]).includes(word))
  if (unknown !== undefined) throw new UsageError(`--scope is read or write, not "${unknown}".`)
  return scopes.filter(scope => wanted.includes(scope))
}
