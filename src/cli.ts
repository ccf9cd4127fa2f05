import './runtime.ts'
import { keepCompiledCode } from './cli/compiled-code.ts'

// A reader may stop reading, as `head` does.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

/** `npm run -s lectern -- <command>`: the commands are in cli/commands.ts. */
keepCompiledCode()
const { runCommandLine } = await import('./cli/run.ts')
const { terminalOf } = await import('./cli/terminal.ts')
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  terminalOf(process.stdout, process.stderr),
)
