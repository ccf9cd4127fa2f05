/** What a user may be in an account. */
export const roles = ['owner', 'editor', 'viewer', 'reviewer', 'check-in'] as const
export type Role = (typeof roles)[number]

/** Which roles may call an operation, besides those that follow from its method; or only these. */
export type Permission = { also?: readonly Role[]; only?: readonly Role[] }

/**
 * The roles that may call an operation: owners and editors all of them, viewers what only reads. A program's credential is
 * bound by its scopes instead.
 */
export function rolesFor(method: string, { also = [], only }: Permission): Role[] {
  if (only) return [...only]
  const usual: Role[] = method === 'GET' ? ['owner', 'editor', 'viewer'] : ['owner', 'editor']
  return [...usual, ...also]
}
