import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { settings } from '../src/config.ts'
import { expandedDocument } from './expanded.ts'
import { referenceOf, table } from './reference.ts'

const begin = '<!-- settings: generated from src/config.ts by `npm run docs` -->'
const end = '<!-- /settings -->'

/** Every generated document, by its path: what it has to be. */
export function documents(app: FastifyInstance): Record<string, string> {
  return {
    'docs/openapi.json': `${JSON.stringify(app.swagger(), null, 1)}\n`,
    'docs/api.md': referenceOf(expandedDocument(app)),
    'docs/operations.md': withSettings(readFileSync('docs/operations.md', 'utf8')),
  }
}

/** The page with the table of settings between its marks. */
function withSettings(page: string): string {
  const [before, rest = ''] = page.split(begin)
  const after = rest.split(end)[1] ?? ''
  const rows = Object.entries(settings).map(([name, setting]) => [
    `\`${name}\``,
    setting.default && `\`${setting.default}\``,
    setting.meaning,
    setting.allowed,
  ])
  return `${before}${begin}\n${table(['Setting', 'Default', 'Meaning', 'Allowed'], rows)}\n${end}${after}`
}
