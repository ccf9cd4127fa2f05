import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { lectern, spawnLectern } from '../../test/support/cli.ts'
import { commands } from './commands.ts'
import { oneLine, printable, table } from './terminal.ts'

describe('lectern', () => {
  it('0 --help lists every command', async () => {
    const { code, out, said } = await lectern('--help')
    assert.deepEqual([code, said], [0, ''])
    for (const { name } of commands) assert.equal(out.includes(`  ${name}`), true)
    assert.equal((await lectern('help')).out, out)
  })

  it('0 --version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    assert.deepEqual(await lectern('--version'), { code: 0, out: `${version}\n`, said: '' })
  })

  it('0 help before a command is --help after it', async () => {
    const { code, out } = await lectern('help', 'import')
    assert.deepEqual([code, out], [0, (await lectern('import', '--help')).out])
  })

  it('0 --help of a group lists its commands only', async () => {
    const { code, out } = await lectern('accounts', '--help')
    assert.deepEqual([code, out.includes('accounts list'), out.includes('import')], [0, true, false])
  })

  for (const { name, options } of commands)
    it(`0 ${name} --help names every option, in 80 columns`, async () => {
      const { code, out } = await lectern(...name.split(' '), '--help')
      assert.equal(code, 0)
      for (const option of Object.keys(options)) assert.equal(out.includes(`\n  --${option}`), true)
      assert.deepEqual(
        out.split('\n').filter(line => line.length > 80),
        [],
      )
    })

  it('0 every overview fits 80 columns', async () => {
    const { out } = await lectern('--help')
    assert.deepEqual(
      out.split('\n').filter(line => line.length > 80),
      [],
    )
  })

  it('2 without a command, the overview goes to standard error', async () => {
    const { code, out, said } = await lectern()
    assert.deepEqual([code, out, said.startsWith('Usage: ')], [2, '', true])
  })

  it('2 for a command that does not exist', async () => {
    const { code, out, said } = await lectern('credentials', 'crate', '--json')
    assert.deepEqual([code, out], [2, ''])
    assert.equal(said.split('\n')[0], 'lectern: There is no command "credentials crate".')
    assert.equal((await lectern('bogus', '--help')).code, 2)
  })

  it('2 for an option that does not exist, saying which and what there is', async () => {
    const { code, said } = await lectern('accounts', 'list', '--verbose')
    assert.equal(code, 2)
    assert.equal(
      said,
      "lectern: Unknown option '--verbose'.\nUsage: npm run -s lectern -- accounts list [--json]\n",
    )
  })

  it('2 for arguments that are missing or too many', async () => {
    const missing = await lectern('accounts', 'create')
    assert.deepEqual([missing.code, missing.said.split('\n')[0]], [2, 'lectern: <name> is missing.'])
    const many = await lectern('accounts', 'create', 'a', 'b')
    assert.deepEqual([many.code, many.said.split('\n')[0]], [2, 'lectern: "b" is one argument too many.'])
  })

  it('2 for a wrong setting, without a stack trace', async () => {
    const { code, out, said } = await spawnLectern(['accounts', 'list'], { DATABASE_URL: 'mysql://x' })
    assert.deepEqual(
      [code, out, said],
      [2, '', 'lectern: DATABASE_URL=mysql://x: allowed is a postgres:// URL, or empty.\n'],
    )
  })

  it('1 when the database does not answer, without a stack trace', async () => {
    const { code, out, said } = await spawnLectern(['accounts', 'list'], {
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
    })
    assert.deepEqual(
      [code, out, said],
      [1, '', 'lectern: The database does not answer. Try again in a moment.\n'],
    )
  })
})

describe('what reaches a terminal', () => {
  it('has no control characters and no turns of direction', () => {
    assert.equal(printable('a\x1b[31mb\x9bc\u202ed\r'), 'a\\u001b[31mb\\u009bc\\u202ed\\u000d')
    assert.equal(printable('Brücke 🌉\nnext'), 'Brücke 🌉\nnext')
    assert.equal(oneLine('a\nb'), 'a\\u000ab')
  })

  it('leaves JSON what it means', () => {
    const value = ['\x9b\x7f\u202e\\\x9b', 'ok']
    assert.deepEqual(JSON.parse(printable(JSON.stringify(value))), value)
  })

  it('has columns', () => {
    assert.equal(
      table([
        ['ID', 'NAME', 'N'],
        [1, 'a', 10],
        [12, 'bcdef', 2],
      ]),
      'ID  NAME    N\n 1  a      10\n12  bcdef   2',
    )
  })
})
