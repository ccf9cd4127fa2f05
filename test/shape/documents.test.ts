import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { documents } from '../../docs/documents.ts'

const read = (path: string) => readFileSync(path, 'utf8')

describe('documents', () => {
  for (const [path, text] of Object.entries(documents()))
    it(`${path} is what the program is now: \`npm run docs\` writes it`, () => {
      assert.ok(read(path) === text, `${path} is stale: run \`npm run docs\``)
    })

  it('link only to files that exist', () => {
    const broken = globSync(['*.md', 'docs/**/*.md']).flatMap(path =>
      [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(match => join(dirname(path), match[1]!))
        .filter(target => !existsSync(target))
        .map(target => `${path} → ${target}`),
    )
    assert.deepEqual(broken, [])
  })

  it('have no marks of a merge that was not finished', () => {
    const marked = globSync(['*.md', 'docs/**/*.md']).filter(path =>
      /^(<{7}|={7}|>{7})( |$)/m.test(read(path)),
    )
    assert.deepEqual(marked, [])
  })

  it('README.md starts with the commands that .ci/run carries out', () => {
    const blocks = [...read('README.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(match => match[1]!)
    const commands = blocks[0]!.trim().split('\n')
    assert.deepEqual(commands, ['npm ci', 'npm start'])
    const script = read('.ci/run').split('\n')
    assert.deepEqual(
      commands.filter(command => !script.some(line => line.includes(command))),
      [],
    )
  })

  it('number the decisions without a gap', () => {
    const numbers = globSync('docs/decisions/*.md').map(path => Number(/(\d{3})-/.exec(path)![1]))
    assert.deepEqual(
      numbers.sort((left, right) => left - right),
      numbers.map((_, index) => index + 1),
    )
  })
})
