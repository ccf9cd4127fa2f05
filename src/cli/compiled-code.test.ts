import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'lectern-compiled-'))
after(() => rmSync(folder, { recursive: true }))

/** What a program says that keeps its code there, and the files that it leaves. */
function outcome(where: string) {
  const [module, code] = ['./compiled-code.ts', '../version.ts'].map(name =>
    JSON.stringify(import.meta.resolve(name)),
  )
  const program = `
    const { keepCompiledCode } = await import(${module})
    keepCompiledCode(${JSON.stringify(where)})
    const { version } = await import(${code})
    console.log(typeof version)`
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: undefined }
  const args = ['--input-type=module', '--eval', program]
  const said = execFileSync(process.execPath, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { said, files: globSync('**/*', { cwd: where }).length }
}

describe('compiled code', () => {
  it('is kept for the next start', () => {
    const { said, files } = outcome(join(folder, 'kept'))
    assert.equal(said, 'string\n')
    assert.ok(files > 1)
  })

  it('is not kept where nothing can be written, which is no failure', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    assert.deepEqual(outcome(join(file, 'below')), { said: 'string\n', files: 0 })
  })
})
