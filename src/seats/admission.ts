import { type Books, maySit, type Registrant } from './books.ts'
import type { Reason, Wish } from './wish.ts'

/** What keeps a registrant out of the event itself: it is full, their type is full, or their group is. */
export function admissionReasons(books: Books, registrant: Registrant, wish: Wish): Reason[] {
  const status = wish.status ?? registrant.status
  if (maySit(registrant.status) || !maySit(status)) return []
  return [
    ...eventReasons(books, wish),
    ...typeReasons(books, registrant, wish),
    ...groupReasons(books, registrant),
  ]
}

function eventReasons({ event, now }: Books, { by, override }: Wish): Reason[] {
  const reasons: Reason[] = []
  if (!override && event.capacity !== null && event.registrants >= event.capacity)
    reasons.push({ field: 'event_id', type: 'sold_out', message: 'The event is sold out.' })
  if (by === 'attendee' && event.closes !== null && event.closes <= now)
    reasons.push({ field: 'event_id', type: 'registration_closed', message: 'Registration has closed.' })
  return reasons
}

function typeReasons({ regTypes }: Books, { reg_type_id }: Registrant, { override }: Wish): Reason[] {
  const type = reg_type_id === null ? undefined : regTypes.get(reg_type_id)
  if (!type || override || type.capacity === null || type.registrants < type.capacity) return []
  return [
    {
      field: 'reg_type_id',
      type: 'reg_type',
      message: type.sold_out_message ?? `"${type.name}" is sold out.`,
    },
  ]
}

function groupReasons({ regTypes, groupSizes }: Books, { group_id, reg_type_id }: Registrant): Reason[] {
  const limit = reg_type_id === null ? null : (regTypes.get(reg_type_id)?.max_group_size ?? null)
  if (group_id === null || limit === null || (groupSizes.get(group_id) ?? 0) < limit) return []
  return [
    {
      field: 'group_id',
      type: 'group_limit',
      message: `A group of this type has at most ${limit} registrants.`,
    },
  ]
}

/** Writes a change of a registrant's status into the books: who counts for the event, a type and a group. */
export function applyStatus(books: Books, registrant: Registrant, status: Registrant['status']): void {
  const change = Number(maySit(status)) - Number(maySit(registrant.status))
  const type = registrant.reg_type_id === null ? undefined : books.regTypes.get(registrant.reg_type_id)
  books.event.registrants += change
  if (type) type.registrants += change
  if (registrant.group_id !== null)
    books.groupSizes.set(registrant.group_id, (books.groupSizes.get(registrant.group_id) ?? 0) + change)
  registrant.status = status
}
