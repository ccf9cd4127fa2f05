import type { Db } from '../../db/connection.ts'
import { html, inLines } from '../../http/html.ts'
import type { MovedSession } from '../../records/outbox/queries.ts'
import type { AgendaSession } from '../../registration/agenda/queries.ts'
import { whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import { storeLetters, type WrittenLetter } from '../mail/letter-queries.ts'
import type { MailOptions } from '../mail/options.ts'
import { isolate, oneLine, say } from '../mail/prose.ts'
import { type SingleLetter, sendSingle, unsent, written } from '../mail/single.ts'
import { mailPauses } from '../queue/pauses.ts'
import { DeliveryQueue } from '../queue/queue.ts'
import { type Addressee, readMoved, readSpeakers, speakerOutbox, type TakenLetter } from './letter-queries.ts'

/** The queue of e-mails to speakers whose sessions are moved, on the same outbox and to the same mail server. */
export function speakerMailQueue(options: MailOptions): DeliveryQueue<TakenLetter, SingleLetter> {
  const { pool, now, warn, server, sender } = options
  return new DeliveryQueue<TakenLetter, SingleLetter>({
    pool,
    now,
    table: speakerOutbox,
    pauses: mailPauses,
    prepare: (db, letters) => prepare(db, letters, options),
    deliver: (letter, outgoing) => sendSingle(letter, outgoing, server!, sender),
    warn,
    release: () => server?.close(),
  })
}

async function prepare(
  db: Db,
  letters: TakenLetter[],
  { server, fault }: MailOptions,
): Promise<(SingleLetter | undefined)[]> {
  const [speakers, sessions] = [await readSpeakers(db, letters), await readMoved(db, letters)]
  const results = letters.map(
    ({ id, speaker_id, moved }): { stored: WrittenLetter; outgoing: SingleLetter | undefined } => {
      const speaker = speakers.get(speaker_id)!
      if (speaker.email === null || speaker.forgotten_at)
        return unsent(id, 'dropped', 'The speaker was forgotten.')
      const moves = stillTrue(speaker, moved, sessions)
      if (moves.length === 0)
        return unsent(id, 'dropped', 'Nothing of it was true any more when its turn came.')
      try {
        const letter = writeLetter(speaker, speaker.email, moves)
        return { stored: written(id, letter, server !== null), outgoing: server ? letter : undefined }
      } catch (error) {
        fault(error, id)
        return unsent(id, 'failed', `It could not be written: ${(error as Error).message}`)
      }
    },
  )
  await storeLetters(
    db,
    results.map(({ stored }) => stored),
  )
  return results.map(({ outgoing }) => outgoing)
}

type Move = { session: AgendaSession; before: MovedSession['before'] }

/** What is still true of moves: sessions in which the speaker appears, and that did not move back meanwhile. */
function stillTrue(
  { session_ids }: Addressee,
  moved: MovedSession[],
  sessions: Map<number, AgendaSession>,
): Move[] {
  return moved.flatMap(({ session_id, before }) => {
    const session = sessions.get(session_id)
    if (!session || !takesPlace(session) || !session_ids.includes(session_id)) return []
    const isBack = whenOf(before) === whenOf(session) && before.location_name === session.location_name
    return isBack ? [] : [{ session, before }]
  })
}

function writeLetter({ name, event_name }: Addressee, address: string, moves: Move[]): SingleLetter {
  const place = (of: string | null) => (of ? `, ${of}` : '')
  const [only] = moves
  const subject =
    moves.length === 1
      ? say`Moved: ${only!.session.name}`
      : say`${String(moves.length)} of your sessions are moved: ${event_name}`
  const paragraphs = [
    say`Sessions at ${event_name} in which you appear are moved.`,
    ...moves.map(
      ({ session, before }) =>
        say`${session.name}: it was ${whenOf(before)}${place(before.location_name)}. Now it is ${whenOf(session)}${place(session.location_name)}.`,
    ),
    say`If that does not suit you, please answer this e-mail or get in touch with the organiser.`,
  ]
  return {
    name,
    address,
    subject: oneLine(subject.text),
    text: `${[`Dear ${isolate(name)},`, ...paragraphs.map(({ text }) => text), isolate(event_name)].join('\n\n')}\n`,
    html: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${oneLine(subject.text)}</title>
<style>body { font: 16px/1.5 sans-serif; max-width: 40em; margin: 0 auto; padding: 1em }</style>
</head>
<body>
<p>${say`Dear ${name},`.markup}</p>
${inLines(paragraphs.map(({ markup }) => html`<p>${markup}</p>`))}
<p>${say`${event_name}`.markup}</p>
</body>
</html>
`.markup,
  }
}
