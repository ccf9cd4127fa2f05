import fc from 'fast-check'

/** A small event, and what happens in it, as values that can be shrunk and printed: people and sessions by their place. */

/** Close to the start of the clock: some conflict, and some begin while a sequence runs. */
const slots = [
  { date: '2029-12-02', start_time: '10:00', end_time: '11:00' },
  { date: '2029-12-02', start_time: '10:00', end_time: '11:00' },
  { date: '2029-12-02', start_time: '10:30', end_time: '11:30' },
  { date: '2029-12-02', start_time: '11:00', end_time: '12:00' },
  { date: '2029-12-01', start_time: '10:00', end_time: '11:00' },
  { date: '2029-12-01', start_time: '10:30', end_time: '10:30' },
  { date: '2029-12-01', start_time: '', end_time: '' },
]
const closings = [
  { close_date: '', close_time: '' },
  { close_date: '', close_time: '' },
  { close_date: '', close_time: '' },
  { close_date: '2029-12-01', close_time: '09:40' },
  { close_date: '2029-12-02', close_time: '' },
]
const zones = ['UTC', 'Asia/Tokyo', 'America/New_York']
const lasting = ['confirmed', 'pending', 'attended', 'no_show', 'in_progress']
const statuses = [...lasting, 'cancelled', 'denied', 'expired']

const plain = { noNullPrototype: true }
const place = fc.nat(5)
const places = fc.uniqueArray(place, { maxLength: 3 })
const flag = fc.nat(1)
const seldom = fc.constantFrom(0, 0, 0, 1)
const slot = fc.constantFrom(...slots)
const closing = fc.constantFrom(...closings)
const capacity = fc.constantFrom('', 0, 1, 1, 1, 1, 2)
const waitlist_mode = fc.constantFrom('automatic', 'offer', 'manual')
const flags = { prevent_session_conflicts: flag, locked_when_saved: seldom, selected_by_default: seldom }
const kind = {
  selection_control: fc.constantFrom(...Array<string>(7).fill('optional'), 'included'),
  session_status: fc.constantFrom(...Array<string>(6).fill('live'), 'approved'),
}

const step = <Verb extends string, Fields extends object>(
  verb: Verb,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
  weight = 1,
) => ({
  weight,
  arbitrary: fc.record({ verb: fc.constant(verb), ...fields }, plain) as unknown as fc.Arbitrary<
    { verb: Verb } & Fields
  >,
})

const register = step('register', {
  registration_status: fc.constantFrom('confirmed', 'confirmed', 'confirmed', ...lasting, 'cancelled'),
  typed: seldom,
  grouped: seldom,
  sessions: fc.option(fc.uniqueArray(place, { maxLength: 2 })),
  override: seldom,
})

const steps = [
  register,
  step('assign', { who: place, typed: flag, grouped: flag, override: seldom }),
  step('claim', { who: place, session: place, override: seldom }, 5),
  step('instead', { who: place, session: place, of: place, override: seldom }, 2),
  step('drop', { who: place, session: place }, 2),
  step('lineUp', { who: place, session: place, swap: flag }, 5),
  step('leave', { who: place, session: place }),
  step('replace', { who: place, sessions: places, override: seldom }, 2),
  step('plan', {
    who: place,
    sessions: fc.option(places),
    lines: fc.option(places),
    drops: fc.option(places, { freq: 2 }),
    partial: flag,
    swap: flag,
    override: seldom,
  }),
  step('status', {
    who: place,
    registration_status: fc.constantFrom(...statuses),
    sessions: fc.option(places, { freq: 2 }),
    override: seldom,
  }),
  step('checkIn', { who: place, status: fc.constantFrom('attended', 'confirmed', 'no_show') }),
  step('forget', { who: place }),
  step('delete', { who: place }),
  step('resize', { session: place, capacity, override: flag }, 2),
  step('move', { session: place, slot }),
  step('flag', { session: place, ...flags }),
  step('turn', { session: place, ...kind }),
  step('remove', { session: place, force: flag }),
  step('settings', {
    waitlist_mode,
    closing,
    capacity: fc.constantFrom('', '', 4),
    timezone: fc.constantFrom(...zones),
  }),
]
const anyStep = fc.oneof(...(steps as { weight: number; arbitrary: fc.Arbitrary<Step> }[]))

/** One call of the API. */
export type Step = (typeof steps)[number]['arbitrary'] extends infer A
  ? A extends fc.Arbitrary<infer S>
    ? S
    : never
  : never

export type Event =
  | { verb: 'call'; step: Step; rehearsed: boolean }
  /** several calls at the same moment */
  | { verb: 'rush'; steps: Step[] }
  | { verb: 'pass'; minutes: number; sweep: boolean }

const event = fc.oneof(
  step('call', { step: anyStep, rehearsed: fc.boolean() }, 9),
  step('rush', { steps: fc.array(anyStep, { minLength: 2, maxLength: 5 }) }, 1),
  step('pass', { minutes: fc.constantFrom(5, 15, 31), sweep: fc.boolean() }, 1),
) as fc.Arbitrary<Event>

const settings = {
  event: fc.record({ waitlist_mode, capacity: fc.constantFrom('', '', '', 3, 5), closing: closing }, plain),
  regType: fc.record(
    { capacity: fc.constantFrom('', 1, 3), max_group_size: fc.constantFrom('', 1, 2) },
    plain,
  ),
  sessions: fc.array(fc.record({ slot, capacity, ...flags, ...kind }, plain), { minLength: 4, maxLength: 6 }),
  people: fc.array(register.arbitrary, { minLength: 4, maxLength: 6 }),
}

/** An event with four to six sessions and as many people, and up to so many things that happen in it. */
export const worlds = (longest: number) =>
  fc.record({ ...settings, events: fc.array(event, { maxLength: longest, size: 'max' }) }, plain)

export type World = ReturnType<typeof worlds> extends fc.Arbitrary<infer W> ? W : never
