import type { Fault } from '../../errors.ts'

type Lowering = {
  /** null is unlimited */
  before: number | null
  /** undefined: stays as it is */
  after: number | null | undefined
  taken: number
}

/** How much is taken beyond a capacity. */
export function beyond(taken: number, capacity: number | null): number {
  return capacity === null ? 0 : Math.max(0, taken - capacity)
}

/**
 * The fault of lowering a capacity below what is taken of it. The same again, and more, are none, also where overrides put
 * more into it: a record that was read can be written back, and a way up is always open.
 */
export function faultsOfLowering(
  lowering: Lowering,
  detail: 'seats_taken' | 'registrants',
  sentence: string,
): Fault[] {
  const { taken } = lowering
  if (!isBelowWhatIsTaken(lowering)) return []
  return [
    {
      field: 'capacity',
      type: 'sold_out',
      [detail]: taken,
      message: `${sentence}, except with override_capacity_errors=true.`,
    },
  ]
}

/** The fault of lowering the `max_group_size` of a type below the largest group that has a registrant of it. */
export function faultsOfGroupMaximum(
  { max_group_size }: { max_group_size?: number | null },
  given: number | null | undefined,
  largest: number,
): Fault[] {
  if (!isBelowWhatIsTaken({ before: max_group_size ?? null, after: given, taken: largest })) return []
  return [
    {
      field: 'max_group_size',
      type: 'group_limit',
      registrants: largest,
      message: `Registrants of the largest group that has this type: ${largest}. Its maximum cannot be lower, except with override_capacity_errors=true.`,
    },
  ]
}

function isBelowWhatIsTaken({ before, after, taken }: Lowering): boolean {
  return after !== undefined && after !== null && after < taken && (before === null || after < before)
}

/** The fault of lowering the capacity of an event, or of a registrant type, below those who count for it. */
export function faultsOfCapacity(
  noun: 'event' | 'type',
  { capacity, registrants_count }: { capacity: number | null; registrants_count: number },
  given: number | null | undefined,
): Fault[] {
  return faultsOfLowering(
    { before: capacity, after: given, taken: registrants_count },
    'registrants',
    `Registrants of this ${noun}: ${registrants_count}. Its capacity cannot be lower`,
  )
}
