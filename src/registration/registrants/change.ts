import { isDeepStrictEqual } from 'node:util'
import type { Profile, ProfileChange } from './queries.ts'

/** Nothing of the person changes, apart from their status. */
export const noChange: ProfileChange = { given: {}, addresses: {}, answers: {}, unanswered: [] }

/** What is stored of a person after a change. */
export function profileAfter(
  profile: Profile,
  { given, addresses, answers, unanswered }: ProfileChange,
): Profile {
  const kept = Object.entries(profile.custom_fields).filter(([attribute]) => !unanswered.includes(attribute))
  const merged = Object.entries(addresses).map(([kind, lines]) => [
    kind,
    { ...profile.addresses[kind as keyof typeof addresses], ...lines },
  ])
  return {
    ...profile,
    ...given,
    addresses: { ...profile.addresses, ...Object.fromEntries(merged) },
    custom_fields: { ...Object.fromEntries(kept), ...answers },
  }
}

/** Whether two profiles say the same; a line of an address that is null says as much as one that is not there. */
export function isSameProfile(one: Profile, other: Profile): boolean {
  return isDeepStrictEqual(withoutEmptyLines(one), withoutEmptyLines(other))
}

function withoutEmptyLines(profile: Profile): object {
  const addresses = Object.entries(profile.addresses).map(([kind, lines]) => [
    kind,
    Object.entries(lines).filter(([, line]) => line !== null),
  ])
  return { ...profile, addresses: addresses.filter(([, lines]) => lines!.length > 0).sort() }
}
