import { type Group, hasClosed, type LedgerState, maySit, type Registrant, type RegType } from './state.ts'
import type { Reason, Wish } from './wish.ts'

/** What of a registrant counts for the event, for their type and for their group. */
export type Admission = Pick<Registrant, 'status' | 'reg_type_id' | 'group_id'>

/** Where a wish leaves its registrant. */
export function admissionAfter({ status, reg_type_id, group_id }: Registrant, wish: Wish): Admission {
  return { status, reg_type_id, group_id, ...wish.profile, ...(wish.status && { status: wish.status }) }
}

/** What keeps a registrant out of the event, their type or their group: it is full. */
export function admissionReasons(ledger: LedgerState, registrant: Registrant, wish: Wish): Reason[] {
  const after = admissionAfter(registrant, wish)
  if (!maySit(after.status)) return []
  const comesIn = !maySit(registrant.status)
  const joins = (member: 'reg_type_id' | 'group_id') => comesIn || after[member] !== registrant[member]
  return [
    ...(comesIn ? eventReasons(ledger, wish) : []),
    ...(joins('reg_type_id') ? typeReasons(ledger, after) : []),
    ...(joins('group_id') || joins('reg_type_id') ? groupReasons(ledger, registrant, after) : []),
  ]
}

function eventReasons(ledger: LedgerState, { by, override }: Wish): Reason[] {
  const { event } = ledger
  const reasons: Reason[] = []
  if (!override && event.capacity !== null && event.registrants >= event.capacity)
    reasons.push({ field: 'event_id', type: 'sold_out', message: 'The event is sold out.' })
  if (by === 'attendee' && hasClosed(ledger))
    reasons.push({ field: 'event_id', type: 'registration_closed', message: 'Registration has closed.' })
  return reasons
}

/** An override lifts what is sold out, the event too, but never what a type allows. */
function typeReasons(ledger: LedgerState, after: Admission): Reason[] {
  const type = typeOf(ledger, after)
  if (!type || type.capacity === null || type.registrants < type.capacity) return []
  return [
    {
      field: 'reg_type_id',
      type: 'reg_type',
      message: type.sold_out_message ?? `"${type.name}" is sold out.`,
    },
  ]
}

/** A group is as large as each of its members' types allows. */
function groupReasons(ledger: LedgerState, { id }: Registrant, after: Admission): Reason[] {
  const group = groupOf(ledger, after)
  if (!group) return []
  const members = new Map(group).set(id, typeOf(ledger, after)?.max_group_size ?? null)
  const limit = Math.min(...[...members.values()].map(each => each ?? Infinity))
  if (members.size <= limit) return []
  return [
    {
      field: 'group_id',
      type: 'group_limit',
      message: `This group has at most ${limit} registrants.`,
    },
  ]
}

/** Writes a change of these into the ledger: who counts for the event, a type and a group. */
export function applyAdmission(ledger: LedgerState, registrant: Registrant, after: Admission): void {
  count(ledger, registrant, -1)
  Object.assign(registrant, after)
  count(ledger, registrant, 1)
}

function count(ledger: LedgerState, registrant: Registrant, by: 1 | -1): void {
  if (!maySit(registrant.status)) return
  const type = typeOf(ledger, registrant)
  ledger.event.registrants += by
  if (type) type.registrants += by
  const group = groupOf(ledger, registrant)
  if (by === 1) group?.set(registrant.id, type?.max_group_size ?? null)
  else group?.delete(registrant.id)
}

function typeOf({ regTypes }: LedgerState, { reg_type_id }: Admission): RegType | undefined {
  return reg_type_id === null ? undefined : regTypes.get(reg_type_id)
}

function groupOf({ groups }: LedgerState, { group_id }: Admission): Group | undefined {
  return group_id === null ? undefined : groups.get(group_id)
}
