import type { NotifiedCache } from '../../db/cache.ts'
import { plainOperations } from '../../records/plain/operations.ts'
import type { SponsorFieldRow } from '../sponsor-fields/sponsor-fields.ts'
import { sponsors } from './sponsors.ts'

/** definitions of the custom fields of sponsors of an account, by its id */
type Parts = { sponsorFields: NotifiedCache<SponsorFieldRow[]> }

export const sponsorOperations = Object.values(
  plainOperations(sponsors, { fieldsIn: (parts: Parts) => parts.sponsorFields }),
)
