import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, type Draft, type Given, isBlank } from '../../http/values/draft.ts'
import { findContactWith, insertContacts } from '../../records/contacts/queries.ts'
import type { Definitions } from '../../records/custom-fields/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { PlainQueries, type Row } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { clearSpeaker, countLiveSessionsOf } from './queries.ts'
import { Speaker, SpeakerInput, speakerLists } from './schema.ts'

/** People who appear in the programme of an event. */
export const speakers = new PlainRecords(
  new PlainQueries({
    noun: 'Speaker',
    tag: 'Speakers',
    name: 'Speaker',
    path: 'speakers',
    table: 'speakers',
    object: 'speaker',
    input: SpeakerInput,
    record: Speaker,
    lists: speakerLists,
    choices: 'speaker_field_choices',
    show: row => ({ gender: { id: null, value: (row as { gender?: string | null }).gender ?? null } }),
    deletion:
      'The sessions of the speaker are left without them. One of a live session needs `force=1`; 422 says how many.',
    clear: clearSpeaker,
  }),
)
export type SpeakerRow = Row<typeof Speaker>

/** Creates a speaker. Throws 422 for one without a name, and for an event that is not the account's. */
export async function createSpeaker(db: Db, actor: Actor, body: Body, by?: Definitions): Promise<SpeakerRow> {
  const draft = speakers.readNew(withNames(body), by)
  draft.faults.push(...faultsOfName(draft.given), ...faultsOfAvailabilities(draft.given))
  return transaction(db, async tx => speakers.create(tx, actor, await withContact(tx, actor, draft)))
}

/** Changes the given fields of a speaker. Throws 404, 412, 422. */
export async function changeSpeaker(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
  by?: Definitions,
): Promise<SpeakerRow> {
  return transaction(db, async tx => {
    await speakers.mustLock(tx, actor, id)
    const speaker = await speakers.mustFind(tx, actor.account_id, id)
    if ((speaker as { forgotten_at?: string | null }).forgotten_at) throw invalid([forgotten])
    const draft = speakers.readUpdate(withNames(body), speaker, by)
    draft.faults.push(
      ...faultsOfName({ ...speaker, ...draft.given } as Given<SpeakerInput>),
      ...faultsOfAvailabilities(draft.given),
    )
    const given = draft as Draft<Partial<SpeakerInput>>
    return speakers.write(
      tx,
      actor,
      speaker,
      'email' in given.given ? await withContact(tx, actor, given) : given,
    )
  })
}

/** With the contact of the address, which is made when there is none yet. */
async function withContact<D extends Draft<Partial<SpeakerInput>>>(
  db: Db,
  actor: Actor,
  draft: D,
): Promise<D> {
  const { email } = draft.given
  if (draft.faults.length > 0) return draft
  if (email) await insertContacts(db, actor, [{ ...draft.given, email }])
  const contact_id = email ? await findContactWith(db, actor.account_id, email) : null
  return { ...draft, given: { ...draft.given, contact_id } }
}

/** Deletes a speaker, who then is in no session. Throws 422 for one of a live session, unless forced. */
export async function removeSpeaker(db: Db, actor: Actor, id: number, force: boolean): Promise<void> {
  await transaction(db, async tx => {
    // The event before anything of it, as everywhere, so that there is no deadlock.
    const { event_id } = await speakers.mustFind(tx, actor.account_id, id)
    await lockEventSeats(tx, event_id)
    await speakers.mustLock(tx, actor, id)
    const sessions = await countLiveSessionsOf(tx, id)
    if (sessions > 0 && !force) throw invalid([hasSessions(sessions)])
    await speakers.remove(tx, actor, id)
  })
}

/** `name` is understood where neither of its parts is given: the last blank divides it, and a single word is a first name. */
function withNames(body: Body): Body {
  const { name, first_name, last_name } = body
  if (typeof name !== 'string' || isBlank(name) || !isBlank(first_name) || !isBlank(last_name)) return body
  return { ...body, ...namesIn(name) }
}

/** The parts of a name that is one text. */
export function namesIn(name: string): { first_name: string; last_name: string | null } {
  const words = name.trim()
  const [, first = words, last = null] = /^(.*\S)\s+(\S+)$/su.exec(words) ?? []
  return { first_name: first, last_name: last }
}

function faultsOfName({ first_name, last_name }: Given<SpeakerInput>): Fault[] {
  if (!isBlank(first_name) || !isBlank(last_name)) return []
  return [{ field: 'first_name', type: 'required', message: 'A speaker has a first name or a last name.' }]
}

function faultsOfAvailabilities({ availabilities }: Given<SpeakerInput>): Fault[] {
  return (availabilities ?? []).flatMap(({ start_time, end_time }, place) =>
    start_time && end_time && end_time <= start_time
      ? [
          {
            field: `availabilities.${place}.end_time`,
            type: 'end_before_start',
            message: 'End Time must be after Start Time.',
          },
        ]
      : [],
  )
}

const forgotten: Fault = {
  field: 'id',
  type: 'forgotten',
  message: 'This speaker was forgotten, and stays so: create another.',
}

const hasSessions = (sessions: number): Fault => ({
  field: 'id',
  type: 'has_sessions',
  sessions,
  message: `Live sessions of this speaker: ${sessions}. force=1 deletes the speaker all the same.`,
})
