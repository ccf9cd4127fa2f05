import { createAccount } from '../access/accounts/accounts.ts'
import { listAccounts } from '../access/accounts/queries.ts'
import { command, exitCodes, jsonOption } from './command.ts'
import { oneLine, table } from './terminal.ts'

export const accountsCreate = command({
  name: 'accounts create',
  args: ['name'],
  options: { json: jsonOption },
  summary: 'Create an account: events, credentials and all else belong to one.',
  run: async ({ args, options, terminal }, open) => {
    const account = await open(db => createAccount(db, args.name!))
    if (options.json) terminal.out(JSON.stringify(account))
    else terminal.say(`Created account ${account.id} "${oneLine(account.name)}".`)
    return exitCodes.ok
  },
})

export const accountsList = command({
  name: 'accounts list',
  args: [],
  options: { json: jsonOption },
  summary: 'List the accounts.',
  run: async ({ options, terminal }, open) => {
    const accounts = await open(listAccounts)
    if (options.json) terminal.out(JSON.stringify(accounts))
    else if (accounts.length === 0) terminal.say('There is no account yet.')
    else
      terminal.out(
        table([
          ['ID', 'CREATED', 'EVENTS', 'CREDENTIALS', 'NAME'],
          ...accounts.map(({ id, created_at, events, credentials, name }) => [
            id,
            created_at.slice(0, 10),
            events,
            credentials,
            name,
          ]),
        ]),
      )
    return exitCodes.ok
  },
})
