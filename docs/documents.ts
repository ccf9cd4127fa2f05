import { readFileSync } from 'node:fs'
import { settings } from '../src/config.ts'
import { documentOf } from '../src/http/document/openapi.ts'
import { roles, rolesFor } from '../src/http/server/roles.ts'
import { details, operationLists, tokenOperations } from '../src/operations.ts'
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
    'docs/permissions.md': permissionsOf(),
    'docs/operations.md': withSettings(readFileSync('docs/operations.md', 'utf8')),
  }
}

/** Who may call what: each operation with its scope and its roles. */
function permissionsOf(): string {
  const rows = tokenOperations.map(operation => {
    const [spelling = ''] = operation.spellings
    const method = spelling.split(' ')[0]!
    const allowed = rolesFor(method, operation.permission ?? {})
    const marks = roles.map(role => (allowed.includes(role) ? 'yes' : ''))
    return [`\`${spelling}\``, method === 'GET' ? 'read' : 'write', ...marks]
  })
  return `# Who may call what

A program's credential is bound by its scopes (\`read\`, \`write\`), and a user by their role. A role is for all events of the
account, or for named ones: then other events do not exist (404), and what concerns the whole account is refused (403). The
role check-in sees name, type and seats of registrants, no address, notes or answers; while reviews are blind the role reviewer sees
no names. This page is generated from the operations by \`npm run docs\`.

${table(['Operation', 'Scope', ...roles], rows)}
`
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
