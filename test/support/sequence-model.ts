import assert from 'node:assert/strict'
import type { Json, Reply } from './app.ts'
import type { Request } from './sequence-requests.ts'
import {
  conflict,
  holds,
  isIn,
  isIncluded,
  isRemoved,
  isSwappable,
  rivalsIn,
  type State,
  seatsOf,
  selectionOf,
  sessionIn,
  sits,
  takenIn,
} from './sequence-state.ts'
import type { Step } from './sequence-world.ts'

/** What docs/seats.md says of each call, written down a second time, in small. */

/** A call, its answer, and what was stored before and after it. */
export type Exchange = { step: Step; request: Request; reply: Reply; before: State; after: State; now: Date }

export function mustAnswerByTheModel(exchange: Exchange): void {
  const { step, request, reply, before, now } = exchange
  const types = reply.status === 422 ? reply.body.map((reason: Json) => reason.type) : []
  const expected = reasonsAgainst(step, request, before, now)
  // What else speaks against who is not active depends on who gets the seats that they have just given back.
  const counted = expected === inactive ? types.slice(0, 1) : types
  if (expected) assert.deepEqual(counted, expected, 'the reasons are those of the model')
  if (reply.status >= 300) return
  mustDoWhatWasAsked(exchange)
  mustHaveWhatWasNamed(exchange)
  mustInclude(exchange)
  mustRemember(exchange)
  mustFit(exchange)
}

const inactive = ['registrant_inactive']

/** Types of the reasons against a call; undefined where the model has no say. */
function reasonsAgainst(step: Step, request: Request, state: State, now: Date): string[] | undefined {
  switch (step.verb) {
    case 'claim':
    case 'instead':
      return reasonsAgainstClaim(state, request, now)
    case 'lineUp':
      return reasonsAgainstLine(state, request)
    case 'checkIn':
      return isIn(state, request.who!) ? [] : inactive
    case 'resize':
      return reasonsAgainstCapacity(state, request)
    case 'remove': {
      const isEmpty = state.selections.every(each => each.session_id !== request.session)
      return step.force || isEmpty ? [] : ['has_seats']
    }
    case 'drop':
    case 'leave':
    case 'delete':
    case 'forget':
    case 'move':
    case 'flag':
    case 'turn':
      return []
  }
}

function reasonsAgainstClaim(state: State, { who, session: id, query, body }: Request, now: Date): string[] {
  if (!isIn(state, who!)) return inactive
  const selection = selectionOf(state, who!, id!)
  if (sits(selection)) return []
  const session = sessionIn(state, id!)
  const isOffered = selection?.state === 'offered'
  const isFull = session.capacity !== null && takenIn(state, id!) >= session.capacity
  const dropped: number[] = body?.drop ?? []
  const rivals = rivalsIn(state, who!, session).filter(rival => !dropped.includes(rival.id))
  const swaps =
    isOffered && selection.on_conflict === 'swap' && rivals.every(rival => isSwappable(rival, now))
  return [
    ...(session.session_status === 'live' ? [] : ['not_live']),
    ...(isFull && !isOffered && !query.override_capacity_errors ? ['sold_out'] : []),
    ...(rivals.length > 0 && !swaps ? ['conflict'] : []),
  ]
}

function reasonsAgainstLine(state: State, { who, session }: Request): string[] {
  if (!isIn(state, who!)) return inactive
  if (sits(selectionOf(state, who!, session!))) return ['already_selected']
  return sessionIn(state, session!).session_status === 'live' ? [] : ['not_live']
}

function reasonsAgainstCapacity(state: State, { session, query, body }: Request): string[] {
  if (body!.capacity === '' || query.override_capacity_errors) return []
  const isLower = body!.capacity < (sessionIn(state, session!).capacity ?? Infinity)
  return isLower && takenIn(state, session!) > body!.capacity ? ['sold_out'] : []
}

function mustDoWhatWasAsked({ step, request: { who, session }, before, after }: Exchange): void {
  const [was, is] = [before, after].map(state => who && session && selectionOf(state, who, session))
  if (step.verb === 'claim' || step.verb === 'instead')
    assert.equal(sits(is || undefined), true, 'who claims has a seat')
  if (step.verb === 'drop' && was && holds(was)) assert.equal(is, undefined, 'who drops has none')
  if (step.verb === 'leave')
    assert.equal(sits(is || undefined), sits(was || undefined), 'who leaves keeps a seat')
  if (step.verb === 'leave' && was && !sits(was)) assert.equal(is, undefined, 'who leaves is out of the line')
  if (step.verb === 'lineUp') assert.notEqual(is, undefined, 'who lines up is in the line, or has got a seat')
}

/** Named sessions are had, or swapped for what was waited for; others only when they are included, or came from a line. */
function mustHaveWhatWasNamed({ step, request, reply, before, after }: Exchange): void {
  const named: number[] | undefined = request.body?.session_ids
  const who = request.who ?? reply.body?.id
  if (!named || request.body!.partial || !isIn(after, who)) return
  const had = seatsOf(after, who)
  const asksToSwap = request.body!.on_conflict === 'swap' ? (request.body!.waitlist_ids as number[]) : []
  const swaps = (id: number) =>
    asksToSwap.includes(id) || selectionOf(before, who, id)?.on_conflict === 'swap'
  const isSwapped = (id: number) =>
    had.some(other => swaps(other) && conflict(sessionIn(after, other), sessionIn(after, id)))
  assert.deepEqual(
    named.filter(id => !had.includes(id) && !isSwapped(id)),
    [],
    'what was named is had',
  )
  if (step.verb === 'plan') return
  const others = had.filter(id => {
    const comesFromLine = selectionOf(before, who, id)?.state === 'waitlisted'
    return !named.includes(id) && !comesFromLine && !isIncluded(sessionIn(before, id))
  })
  assert.deepEqual(others, [], 'nothing else is had')
}

/** Whoever comes in is in every included session; whoever is in is in a session that becomes included; or it is said why not. */
function mustInclude({ request, reply, before, after }: Exchange): void {
  const who = request.who ?? (reply.status === 201 ? reply.body.id : undefined)
  if (who && isIn(after, who) && !isIn(before, who)) {
    const skipped = (reply.body.skipped_sessions ?? []).map((reason: Json) => reason.session_id)
    const seats = seatsOf(after, who)
    const missing = after.sessions
      .filter(each => isIncluded(each) && !seats.includes(each.id))
      .filter(each => !skipped.includes(each.id) && !isRemoved(after, who, each.id))
    assert.deepEqual(missing, [], 'whoever comes in is in every included session')
  }
  if (request.method !== 'PUT' || !request.session) return
  if (isIncluded(sessionIn(before, request.session)) || !isIncluded(sessionIn(after, request.session))) return
  const left = new Set(reply.body.not_included.map((reason: Json) => reason.registrant_id))
  const { session } = request
  for (const { id } of after.registrants.filter(each => isIn(after, each.id)))
    if (!isRemoved(after, id, session))
      assert.equal(seatsOf(after, id).includes(session), !left.has(id), 'everybody is included')
}

/** Whom the organiser takes out of an included session stays out of it, until a call names it for them. */
function mustRemember({ step, request: { who, session, body }, before, after }: Exchange): void {
  const dropped: number[] = step.verb === 'drop' ? [session!] : (body?.drop ?? [])
  const named: number[] = session && step.verb !== 'drop' ? [session] : (body?.session_ids ?? [])
  for (const { id, selection_control } of after.sessions) {
    if (!who || !isIn(after, who) || body?.partial) continue
    if (dropped.includes(id) && !named.includes(id) && selection_control === 'included')
      assert.equal(isRemoved(after, who, id), true, 'who is taken out is remembered')
    if (sits(selectionOf(after, who, id)))
      assert.equal(isRemoved(after, who, id), false, 'who is in is not remembered as taken out')
    if (isRemoved(before, who, id) && !isRemoved(after, who, id) && step.verb !== 'plan')
      assert.equal(named.includes(id), true, 'who is taken out stays out until a call names it')
  }
}

/** No registrant comes into a type or a group that is full, nor, without an override, into an event that is. */
function mustFit({ request, reply, before, after }: Exchange): void {
  const who = request.who ?? (reply.status === 201 ? reply.body.id : undefined)
  if (!who || !isIn(after, who)) return
  const person = (state: State) => state.registrants.find(each => each.id === who)
  const [was, is] = [isIn(before, who) ? person(before) : undefined, person(after)!]
  const type = after.reg_types.find(each => each.id === is.reg_type_id)
  const fits = (count = 0, most?: number | null) => (most ?? Infinity) >= count
  if (!request.query.override_capacity_errors && !was)
    assert.equal(fits(after.event.registrants_count, after.event.capacity), true, 'the event has room')
  if (is.reg_type_id !== was?.reg_type_id)
    assert.equal(fits(type?.registrants_count, type?.capacity), true, 'the type has room')
  if (is.group_id === null || (is.group_id === was?.group_id && is.reg_type_id === was?.reg_type_id)) return
  const size = after.registrants.filter(each => each.group_id === is.group_id && isIn(after, each.id)).length
  assert.equal(fits(size, type?.max_group_size), true, 'the group has room')
}
