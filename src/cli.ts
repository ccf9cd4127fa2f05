import './runtime.ts'
import { runCommandLine } from './cli/run.ts'
import { terminalOf } from './cli/terminal.ts'

// A reader may stop reading, as `head` does.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

/** `npm run -s lectern -- <command>`: the commands are in cli/commands.ts. */
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  terminalOf(process.stdout, process.stderr),
)
