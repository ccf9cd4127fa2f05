import { PlainQueries } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { Sponsor, SponsorInput, sponsorLists } from './schema.ts'

/** Those who support an event. */
export const sponsors = new PlainRecords(
  new PlainQueries({
    noun: 'Sponsor',
    tag: 'Sponsors',
    name: 'Sponsor',
    path: 'sponsors',
    table: 'sponsors',
    object: 'sponsor',
    input: SponsorInput,
    record: Sponsor,
    lists: sponsorLists,
    choices: 'sponsor_field_choices',
    show: row => ({ level: { id: null, value: (row as { level?: string | null }).level ?? null } }),
    deletion: 'Nothing refers to a sponsor.',
    clear: async () => {},
  }),
)
