import { checkIntegrity, repairCounters } from '../seats/check/integrity.ts'
import { command, exitCodes, jsonOption } from './command.ts'

export const integrityCommand = command({
  name: 'integrity',
  args: [],
  options: {
    repair: { type: 'boolean', help: 'Write recounted counters where they are wrong.' },
    json: jsonOption,
  },
  summary: 'Recount every seat and say what is wrong.',
  details:
    'Checks that no session is oversold, nobody has a seat twice, without being registered, or in two sessions that ' +
    'conflict, no seat is free while somebody waits for it, the change log agrees, and counters equal recounts. Servers ' +
    'may run meanwhile.\n' +
    'Only counters are repaired: who keeps a seat is for people to decide. Exit codes: 0 nothing is wrong (any more), ' +
    '1 something is, 2 wrong command line.',
  run: async ({ options, terminal }, open) => {
    const { checked, findings, repaired } = await open(async (db, now) => {
      const first = await checkIntegrity(db, now)
      if (!options.repair || first.findings.length === 0) return { ...first, repaired: [] }
      await repairCounters(db, first.findings, now)
      const second = await checkIntegrity(db, now)
      const left = new Set(second.findings.map(finding => finding.message))
      return { ...second, repaired: first.findings.filter(finding => !left.has(finding.message)) }
    })
    for (const { message } of repaired) terminal.say(`Repaired: ${message}`)
    for (const { message } of findings) terminal.say(message)
    const summary = `${checked.events} events, ${checked.sessions} sessions, ${checked.registrants} registrants, ${checked.selections} selections: ${findings.length === 0 ? 'nothing is wrong' : `${findings.length} wrong`}.`
    terminal.out(options.json ? JSON.stringify({ checked, findings, repaired }) : summary)
    return findings.length === 0 ? exitCodes.ok : exitCodes.failure
  },
})
