import { accountsCreate, accountsList } from './accounts.ts'
import type { Command } from './command.ts'
import { credentialsCreate, credentialsList, credentialsRevoke } from './credentials.ts'
import { eventsList, eventsPublish, eventsShow } from './events.ts'
import { importCommand } from './import.ts'
import { integrityCommand } from './integrity.ts'
import { registrantsLink } from './registrants.ts'
import { usersCreate, usersLink, usersList, usersRemove } from './users.ts'

/** Every command, in the order in which `--help` lists them. */
export const commands: Command[] = [
  credentialsCreate,
  credentialsList,
  credentialsRevoke,
  accountsCreate,
  accountsList,
  usersCreate,
  usersList,
  usersLink,
  usersRemove,
  eventsList,
  eventsShow,
  eventsPublish,
  registrantsLink,
  importCommand,
  integrityCommand,
]
