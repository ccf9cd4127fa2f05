import { writeFileSync } from 'node:fs'
import { documents } from './documents.ts'

/** `npm run docs`: writes what is generated from the program. */
for (const [path, text] of Object.entries(documents())) writeFileSync(path, text)
