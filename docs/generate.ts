import { writeFileSync } from 'node:fs'
import { buildApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { connect } from '../src/db/connection.ts'
import { temporaryServer } from '../test/support/database.ts'
import { documents } from './documents.ts'

/** `npm run docs`: writes what is generated from the program. */
const server = await temporaryServer()
const pool = connect(server.url, { max: 2 })
const app = await buildApp({ pool, config: readConfig({}) })
for (const [path, text] of Object.entries(documents(app))) writeFileSync(path, text)
await app.close()
await pool.end()
await server.stop()
