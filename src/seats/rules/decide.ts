import { admissionReasons } from './admission.ts'
import { offerUnasked } from './offers.ts'
import { Plan } from './plan.ts'
import { inactiveReason, notRegisteredReason, returnReason, standstillReasons } from './refusals.ts'
import { type LedgerState, type Move, maySit, type Registrant } from './state.ts'
import type { Decision, Reason, Wish } from './wish.ts'

/**
 * Decides a wish by the rules of docs/seats.md: grants all of it, or names every reason against it. Reads the ledger and
 * changes nothing.
 */
export function decide(ledger: LedgerState, asked: Wish): Decision {
  const wish = asked.by === 'organiser' ? asked : { ...asked, override: false }
  const registrant = ledger.registrants.get(wish.registrant_id)!
  const status = wish.status ?? registrant.status
  if (wish.isCheckIn && !maySit(registrant.status))
    return { granted: false, reasons: [notRegisteredReason(registrant)] }
  const noReturn = returnReason(registrant, wish)
  if (noReturn) return { granted: false, reasons: [noReturn] }
  if (wish.offerFirst.length > 0)
    return { granted: true, moves: offerUnasked(ledger, registrant, wish.offerFirst), skipped: [] }
  const standstill = standstillReasons(ledger, registrant, wish)
  if (!maySit(status))
    return standstill.length > 0
      ? { granted: false, reasons: standstill }
      : leaveEverything(ledger, registrant, wish, status)
  const against = [...standstill, ...admissionReasons(ledger, registrant, wish)]
  const decision = workOut(ledger, wish, registrant, status, against)
  if (!decision.granted || !wish.partial || grantsAllListed(decision.skipped, wish)) return decision
  // With `partial` what is no longer listed is given up only for everything that is.
  return workOut(ledger, { ...wish, replace: false, replaceWaits: false }, registrant, status, against)
}

function workOut(
  ledger: LedgerState,
  wish: Wish,
  registrant: Registrant,
  status: Registrant['status'],
  against: Reason[],
): Decision {
  const plan = new Plan(ledger, wish, registrant, status)
  plan.reasons.push(...against)
  plan.giveUp()
  plan.takeIncluded()
  plan.take()
  plan.takeDefaults()
  plan.waitFor()
  if (plan.reasons.length > 0) return { granted: false, reasons: plan.reasons }
  return { granted: true, moves: plan.moves(), skipped: plan.skipped }
}

function grantsAllListed(skipped: Reason[], { add, waitFor }: Wish): boolean {
  const listed = new Set([...add, ...waitFor.map(line => line.session_id)])
  return !skipped.some(({ session_id }) => session_id !== undefined && listed.has(session_id))
}

/** Cancelled, denied and expired give everything back; they cannot want anything. */
function leaveEverything(
  ledger: LedgerState,
  registrant: Registrant,
  wish: Wish,
  status: Registrant['status'],
): Decision {
  // A whole record that is sent back as cancelled still names its sessions.
  const named = wish.replace && wish.status ? [] : wish.add
  const plan = new Plan(ledger, { ...wish, add: named, partial: false }, registrant, status)
  plan.giveUp()
  plan.take()
  plan.waitFor()
  const reasons = [
    ...named.map(id => inactiveReason(id, status, 'session_ids')),
    ...wish.waitFor.map(line => inactiveReason(line.session_id, status, 'waitlist_ids')),
    ...plan.reasons,
  ]
  if (reasons.length > 0) return { granted: false, reasons }
  const moves = [...registrant.selections].map(
    ([session_id, { state }]): Move => ({
      registrant_id: registrant.id,
      session_id,
      from: state,
      to: null,
      why: `registrant_${status}`,
    }),
  )
  return { granted: true, moves, skipped: [] }
}
