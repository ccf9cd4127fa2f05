import { readdirSync, readFileSync } from 'node:fs'

/** The clock of the kernel's accounts, in milliseconds. */
const tick = 10

/**
 * Milliseconds of processor time that a program, and the database server with all its processes, have used so far; those of the
 * database that have ended are in the account of the one that started them.
 */
export function processorTime(program: number, postmaster: number): number {
  const ids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  let total = 0
  for (const id of ids.map(Number)) {
    const used = timesOf(id)
    if (!used) continue
    if (id === postmaster) total += used.ticks + used.ticksOfEnded
    else if (id === program || used.parent === postmaster) total += used.ticks
  }
  return total * tick
}

/** The process that started this one. */
export const parentOf = (id: number): number => timesOf(id)!.parent

/** Fields 4 and 14 to 17 of /proc/ID/stat (proc(5)); undefined for a process that has ended. */
function timesOf(id: number): { parent: number; ticks: number; ticksOfEnded: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    const [parent, user, system, userOfEnded, systemOfEnded] = [1, 11, 12, 13, 14].map(at =>
      Number(fields[at]),
    )
    return { parent: parent!, ticks: user! + system!, ticksOfEnded: userOfEnded! + systemOfEnded! }
  } catch {
    return undefined
  }
}
