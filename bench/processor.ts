import { readdirSync, readFileSync } from 'node:fs'

/** The clock of the kernel's accounts, in milliseconds. */
const tick = 10

/** Milliseconds of processor time that a program, and the database server with all its processes, have used so far. */
export function processorTime(program: number, postmaster: number): number {
  const ids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  let total = 0
  for (const id of ids.map(Number)) {
    const used = timesOf(id)
    if (used && (id === program || id === postmaster || used.parent === postmaster))
      total += used.ticks * tick
  }
  return total
}

/** The process that started this one. */
export const parentOf = (id: number): number => timesOf(id)!.parent

/** Fields 4, 14 and 15 of /proc/ID/stat (proc(5)); undefined for a process that has ended. */
function timesOf(id: number): { parent: number; ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
