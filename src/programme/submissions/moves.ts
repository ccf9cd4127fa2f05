import type { Fault } from '../../errors.ts'

/** Where a submission may go from each status (docs/concepts.md); nothing else binds `PUT /sessions`. */
const moves: Record<string, readonly string[]> = {
  submitted: ['approved', 'rejected'],
  approved: ['rejected', 'live'],
  rejected: ['approved'],
  converted: [],
  live: [],
}

/** The fault of a move that is not allowed; a submission may always stay as it is. */
export function faultOfMove(field: string, from: string, to: string): Fault | undefined {
  const allowed = moves[from] ?? []
  if (from === to || allowed.includes(to)) return undefined
  const ways = allowed.length > 0 ? `may become ${allowed.join(' or ')}` : 'stays so here'
  return {
    field,
    type: 'move',
    allowed: [...allowed],
    message: `A submission that is ${from} ${ways}, and does not become ${to}.`,
  }
}

/** What was decided about a submission of this status; null: nothing yet. */
export function decisionOf(status: string): 'approved' | 'rejected' | null {
  if (status === 'submitted') return null
  return status === 'rejected' ? 'rejected' : 'approved'
}

/** The fault of putting into the programme what its submitter will not give. */
export const declined = (field: string): Fault => ({
  field,
  type: 'declined',
  message: 'The submitter has said no, or withdrew it: it cannot become a session of the programme.',
})
