import { runCommandLine } from './cli/run.ts'
import { terminalOf } from './cli/terminal.ts'

/** `npm run -s lectern -- <command>`: the commands are in cli/commands.ts. */
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  terminalOf(process.stdout, process.stderr),
)
