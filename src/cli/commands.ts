import { accountsCreate, accountsList } from './accounts.ts'
import type { Command } from './command.ts'
import { credentialsCreate, credentialsList, credentialsRevoke } from './credentials.ts'
import { eventsList, eventsPublish, eventsShow } from './events.ts'
import { importCommand } from './import.ts'
import { integrityCommand } from './integrity.ts'
import { registrantsLink } from './registrants.ts'

/** Every command, in the order in which `--help` lists them. */
export const commands: Command[] = [
  credentialsCreate,
  credentialsList,
  credentialsRevoke,
  accountsCreate,
  accountsList,
  eventsList,
  eventsShow,
  eventsPublish,
  registrantsLink,
  importCommand,
  integrityCommand,
]
