import { mustFindAccount } from '../access/accounts/accounts.ts'
import { findUserByEmail } from '../access/sign-in/queries.ts'
import { makeLink } from '../access/sign-in/sign-in.ts'
import { listEveryUser } from '../access/users/queries.ts'
import { createUser, removeUser } from '../access/users/users.ts'
import type { Config } from '../config.ts'
import { type Db, transaction } from '../db/connection.ts'
import { invalid } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { roles } from '../http/server/roles.ts'
import { command, exitCodes, jsonOption, UsageError } from './command.ts'
import { oneLine, table } from './terminal.ts'

const account = {
  type: 'string',
  value: '<name>',
  help: 'Whose user it is. Not needed when there is one account.',
} as const

export const usersCreate = command({
  name: 'users create',
  args: ['email'],
  options: {
    role: { type: 'string', value: '<role>', help: `One of ${roles.join(', ')}.` },
    events: {
      type: 'string',
      value: '<ids>',
      help: 'The events that the user reaches, such as 1,2. All when it is not given.',
    },
    name: { type: 'string', value: '<name>', help: 'What the user is called.' },
    account,
    json: jsonOption,
  },
  summary: 'Create a user, and print a link by which they set a password.',
  details: 'The link works once, within 7 days, and is shown only now.',
  run: async ({ args, options, config, terminal }, open) => {
    if (!options.role) throw new UsageError(`Say which role: --role ${roles.join(' | ')}.`)
    const [first_name = null, ...rest] = (options.name ?? '').trim().split(/\s+/).filter(Boolean)
    const body = {
      email: args.email,
      role: options.role,
      first_name,
      last_name: rest.join(' ') || null,
      ...(options.events !== undefined && { event_ids: options.events.split(',') }),
    }
    const { user, token } = await open(async (db, now) => {
      const { id } = await mustFindAccount(db, options.account)
      return createUser(db, actorOf(id, now), body)
    })
    const link = linkOf(config, token)
    if (options.json) terminal.out(JSON.stringify({ ...user, invitation_url: link }))
    else {
      terminal.say(`Created ${user.role} ${oneLine(user.email)}. The link works once, within 7 days:\n`)
      terminal.out(link)
    }
    return exitCodes.ok
  },
})

export const usersLink = command({
  name: 'users link',
  args: ['email'],
  options: {},
  summary: 'Print a new link by which a user sets a password.',
  details: 'It works once, within 7 days; the one before ends.',
  run: async ({ args, config, terminal }, open) => {
    const token = await open((db, now) =>
      transaction(db, async tx => makeLink(tx, (await mustFindByEmail(tx, args.email!)).id, now)),
    )
    terminal.out(linkOf(config, token))
    return exitCodes.ok
  },
})

export const usersList = command({
  name: 'users list',
  args: [],
  options: { json: jsonOption },
  summary: 'List the users of all accounts.',
  run: async ({ options, terminal }, open) => {
    const users = await open(listEveryUser)
    if (options.json) terminal.out(JSON.stringify(users))
    else if (users.length === 0)
      terminal.say('There is no user yet: `users create <email> --role owner` makes one.')
    else
      terminal.out(
        table([
          ['ID', 'ROLE', 'EVENTS', 'STATE', 'ACCOUNT', 'EMAIL'],
          ...users.map(({ id, role, event_ids: events, has_password, account, email }) =>
            [String(id), role, events?.join() ?? 'all', has_password ? '' : 'invited', account, email].map(
              oneLine,
            ),
          ),
        ]),
      )
    return exitCodes.ok
  },
})

export const usersRemove = command({
  name: 'users remove',
  args: ['email'],
  options: {},
  summary: 'Delete a user, who is signed out everywhere.',
  run: async ({ args, terminal }, open) => {
    await open(async (db, now) => {
      const { id, account_id } = await mustFindByEmail(db, args.email!)
      await removeUser(db, actorOf(account_id, now), id)
    })
    terminal.say(`Removed ${oneLine(args.email!)}.`)
    return exitCodes.ok
  },
})

const actorOf = (account_id: number, now: Date): Actor => ({
  account_id,
  actor_id: null,
  request_id: null,
  now,
})

async function mustFindByEmail(db: Db, email: string) {
  const user = await findUserByEmail(db, email.trim())
  if (user) return user
  throw invalid([
    { field: 'email', type: 'not_found', message: `There is no user "${email}". \`users list\` shows them.` },
  ])
}

/** The page that takes the link is that of the server, wherever it is reached. */
const linkOf = ({ PUBLIC_URL, PORT }: Config, token: string) =>
  `${PUBLIC_URL ?? `http://localhost:${PORT}`}/sign-in/${token}`
