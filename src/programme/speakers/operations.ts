import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { write } from '../../http/write.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { plainOperations } from '../../records/plain/operations.ts'
import { Success } from '../../seats/schema.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { findSessions } from '../sessions/list-queries.ts'
import { mustFindSession } from '../sessions/sessions.ts'
import { showSession } from '../sessions/view.ts'
import type { SpeakerFieldRow } from '../speaker-fields/speaker-fields.ts'
import { addToSessions, readSessionIds, removeFromSession, replaceSpeakers } from './appearances.ts'
import { forgetSpeaker } from './forgetting.ts'
import { listAppearances } from './queries.ts'
import {
  AppearanceInput,
  ForgottenSpeaker,
  mostSpeakers,
  SpeakerInSession,
  SpeakerWithSessions,
} from './schema.ts'
import { changeSpeaker, createSpeaker, removeSpeaker, type SpeakerRow, speakers } from './speakers.ts'
import { readAppearances, showAppearance, showSpeaker } from './view.ts'

/** Definitions of the custom fields of an account, by its id. */
type Parts = {
  speakerFields: NotifiedCache<SpeakerFieldRow[]>
  sessionFields: NotifiedCache<SessionFieldRow[]>
}

const tag = 'Speakers'
const noun = 'Speaker'

const plain = plainOperations(speakers, {
  verbs: {
    create: createSpeaker,
    change: (db, actor, id, body, _call, by) => changeSpeaker(db, actor, id, body, by),
    remove: (db, actor, id, call) => removeSpeaker(db, actor, id, isAsked(call, 'force')),
  },
  fieldsIn: (parts: Parts) => parts.speakerFields,
  related: (call, rows, expand) => (expand.has('sessions') ? sessionsOf(call, rows) : noSessions()),
})
const speakersOfSession = answerOf(
  'SpeakersOfSession',
  Type.Object({
    speakers: Type.Array(SpeakerInSession, { description: 'The speakers of the session, in their order.' }),
  }),
)

export const speakerOperations: Operation<Parts>[] = [
  {
    ...plain.create,
    description:
      'One needs an event, and a first or a last name. `name` is understood where neither is given: the last blank divides it.',
  },
  plain.update,
  plain.upsert,
  {
    ...plain.delete,
    query: { ...writeQuery, force: Switch('`true`: deletes one of a live session.') },
    failures: [422],
  },
  plain.list,
  plain.get,
  {
    spellings: ['POST /speakers/:id/session'],
    id: 'addSpeakerToSessions',
    tag,
    summary: 'Add a speaker to sessions',
    description: `To all of them or none, at the end of the speakers of each; a session has at most ${mostSpeakers}. Where the speaker is already nothing changes.`,
    noun,
    query: writeQuery,
    body: bodyOf(
      'SpeakerSessions',
      Type.Object({
        session_ids: Type.Array(Type.Integer(), {
          description: 'Sessions of the same event.',
          examples: [[12345]],
        }),
      }),
    ),
    success: { 200: answerOf('SpeakerWithSessions', SpeakerWithSessions) },
    handler: call =>
      write(call, async inside => {
        await addToSessions(inside.db, inside.actor, inside.id, readSessionIds(inside.body.session_ids))
        const row = await speakers.mustFind(inside.db, inside.account_id, inside.id)
        const fields = await speakerFieldsOf(inside, [row])
        const sessions = await sessionsOf(inside, [row])
        return { status: 200, body: { ...showSpeaker(row, fields), ...sessions(row) } }
      }),
  },
  {
    spellings: ['POST /speakers/:id/session/:session_id'],
    id: 'addSpeakerToSession',
    tag,
    summary: 'Add a speaker to a session',
    description: 'Repeating it succeeds.',
    noun,
    query: writeQuery,
    success: { 200: Success },
    failures: [422],
    handler: call =>
      write(call, async inside => {
        const session_id = inside.idOf('Session', 'session_id')
        await mustFindSession(inside.db, inside.account_id, session_id)
        await addToSessions(inside.db, inside.actor, inside.id, [session_id])
        return { status: 200, body: { success: true } }
      }),
  },
  {
    spellings: ['DELETE /speakers/:id/session/:session_id'],
    id: 'removeSpeakerFromSession',
    tag,
    summary: 'Remove a speaker from a session',
    noun,
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async inside => {
        const session_id = inside.idOf('Session', 'session_id')
        await removeFromSession(inside.db, inside.actor, inside.id, session_id)
        return { status: 204 }
      }),
  },
  {
    spellings: ['PUT /sessions/:id/speakers'],
    id: 'replaceSpeakers',
    tag,
    summary: 'Replace the speakers of a session',
    description: `Who is not in the list does not appear in the session any more. The order is that of the list, or of \`sort\`. At most ${mostSpeakers}. The list stands alone, or as \`speakers\` in an object.`,
    noun: 'Session',
    query: writeQuery,
    body: bodyOf(
      'SpeakersInput',
      Type.Object({
        speakers: Type.Array(AppearanceInput, { maxItems: mostSpeakers, description: 'Who appears.' }),
      }),
    ),
    listMember: 'speakers',
    success: { 200: speakersOfSession },
    handler: call =>
      write(call, async inside => {
        await replaceSpeakers(inside.db, inside.actor, inside.id, inside.body.speakers)
        return { status: 200, body: await showSpeakersOf(inside, inside.id) }
      }),
  },
  {
    spellings: ['GET /sessions/:id/speakers'],
    id: 'listSpeakersOfSession',
    tag,
    summary: 'List the speakers of a session',
    description: 'Full records, with role and place, in their order.',
    noun: 'Session',
    success: { 200: speakersOfSession },
    handler: async call => {
      const session = await mustFindSession(call.db, call.account_id, call.id)
      return showSpeakersOf(call, session.id)
    },
  },
  {
    spellings: ['POST /speakers/:id/forget'],
    id: 'forgetSpeaker',
    tag,
    summary: 'Forget a speaker',
    description:
      'Anonymises a speaker for good: name, addresses, picture, texts and custom values are emptied, in the change log and in what imports remember too. The sessions in which they appeared keep a speaker without a name. Forgetting twice changes nothing.',
    noun,
    query: writeQuery,
    success: { 200: answerOf('ForgottenSpeaker', ForgottenSpeaker) },
    handler: call =>
      write(call, async ({ db, actor, id }) => ({ status: 200, body: await forgetSpeaker(db, actor, id) })),
  },
]

const noSessions = async () => () => ({})

/** The sessions of speakers, as full records with what each does there. */
async function sessionsOf({ db, account_id, parts, baseUrl }: Call<Parts>, rows: SpeakerRow[]) {
  const appearances = await listAppearances(
    db,
    'speaker_id',
    rows.map(({ id }) => id),
  )
  const sessions = await findSessions(db, [...new Set(appearances.map(({ session_id }) => session_id))])
  const values = [...sessions.values()].map(session => session.custom_fields)
  const fields = await parts.sessionFields.getKnowing(String(account_id), strangersTo(...values))
  const bySpeaker = Map.groupBy(appearances, ({ speaker_id }) => speaker_id)
  return (row: SpeakerRow) => ({
    sessions: (bySpeaker.get(row.id) ?? []).flatMap(({ session_id, role, sort }) => {
      const session = sessions.get(session_id)
      return session ? [{ ...showSession(session, fields, baseUrl), role, sort }] : []
    }),
  })
}

async function showSpeakersOf(call: Call<Parts>, session_id: number) {
  const appearances = await readAppearances(call.db, [session_id])
  const fields = await speakerFieldsOf(
    call,
    appearances.map(({ speaker }) => speaker),
  )
  return { speakers: appearances.map(appearance => showAppearance(appearance, fields)) }
}

const speakerFieldsOf = ({ account_id, parts, db }: Call<Parts>, rows: SpeakerRow[]) =>
  parts.speakerFields.getKnowing(
    String(account_id),
    strangersTo(...rows.map(row => row.custom_fields ?? {})),
    db,
  )
