import './runtime.ts'
import { keepCompiledCode } from './cli/compiled-code.ts'

/** `npm start`: serves, until a signal comes. What is imported before the first statement would not be kept compiled. */
keepCompiledCode()
await import('./cli/serve.ts')
