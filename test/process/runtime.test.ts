import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { problemOf } from '../../src/runtime.ts'
import { temporaryFolder } from '../support/programs.ts'

const packaged = join(temporaryFolder(), 'node_modules', 'node')
mkdirSync(join(packaged, 'bin'), { recursive: true })
writeFileSync(join(packaged, 'package.json'), '{"version":"26.10.0"}')
const program = join(packaged, 'bin', 'node')

describe('the Node that runs this', () => {
  it('is the one that the packages brought, or another that is new enough', () => {
    assert.equal(problemOf(process.versions.node, process.execPath), undefined)
    assert.equal(problemOf('26.10.0', program), undefined)
    assert.equal(problemOf('27.1.0', '/usr/bin/node'), undefined)
  })

  it('is refused when it is too old, or not what the package names', () => {
    assert.match(problemOf('24.9.0', '/usr/bin/node')!, /needs Node 26 or newer, and this is 24\.9\.0/)
    assert.match(problemOf('26.11.0', program)!, /should have brought Node 26\.10\.0.* is 26\.11\.0/)
  })
})
