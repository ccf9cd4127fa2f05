import { readFileSync } from 'node:fs'
import { settings } from '../src/config.ts'
import { documentOf } from '../src/http/document/openapi.ts'
import { details, operationLists } from '../src/operations.ts'
import { version } from '../src/version.ts'
import { expandedDocument } from './expanded.ts'
import { referenceOf, table } from './reference.ts'

const begin = '<!-- settings: generated from src/config.ts by `npm run docs` -->'
const end = '<!-- /settings -->'

/** Every generated document, by its path: what it has to be. */
export function documents(): Record<string, string> {
  const document = documentOf(operationLists, details, version)
  return {
    'docs/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
    'docs/api.md': referenceOf(expandedDocument()),
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
