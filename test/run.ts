import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { connect } from '../src/db/connection.ts'
import { migrate } from '../src/db/migrate.ts'
import { temporaryServer } from './support/database.ts'

/** What a file of tests may take, in milliseconds: one that waits for ever fails by itself, and the run goes on. */
const longestFile = 600_000

/** `npm test [pattern …]`: starts one database for the run, migrates it, runs the tests, and stops it again. */
const wanted = process.argv.slice(2)
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).filter(
  file => wanted.length === 0 || wanted.some(pattern => file.includes(pattern)),
)
const server = await temporaryServer()
const pool = connect(server.url, { max: 2 })
await migrate(pool)
await pool.end()
const runner = spawn(
  process.execPath,
  [
    `--import=${new URL('support/seed.ts', import.meta.url)}`,
    '--test',
    '--test-concurrency=2',
    `--test-timeout=${longestFile}`,
    '--test-reporter=spec',
    ...files.sort(),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_DATABASE_URL: server.url,
      NODE_NO_WARNINGS: '1',
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  },
)
const interrupt = () => runner.kill('SIGINT')
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
const code = await new Promise<number>(resolve => runner.on('close', status => resolve(status ?? 1)))
await server.stop()
process.exit(files.length === 0 ? 1 : code)
