import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTest, type Source, sources } from '../support/sources.ts'

const everything = sources('{src,test,bench,docs}/**/*.ts')
const program = everything.filter(file => file.path.startsWith('src/') && !isTest(file))

describe('source files', () => {
  it('have at most 250 lines', () => {
    const long = everything.filter(file => !isTest(file) && file.text.split('\n').length > 251)
    assert.deepEqual(paths(long), [])
  })

  it('live in folders named after a thing', () => {
    const homeless = everything.filter(({ path }) =>
      /(^|\/)(utils?|helpers?|common|lib|core|shared|misc)(\/|\.ts$)/.test(path),
    )
    assert.deepEqual(paths(homeless), [])
  })

  it('export nothing that no other file imports', () => {
    const files = everything.filter(({ path }) => !path.startsWith('test/'))
    assert.deepEqual(unused(files, everything), [])
  })

  it('have no query that the program does not make', () => {
    const queries = program.filter(({ path }) => path.endsWith('queries.ts'))
    assert.deepEqual(unused(queries, program), [])
  })

  it('write markup by the tag that escapes its values', () => {
    const bare = program.filter(({ text }) => /[\s(]`\s*<[a-z]+\d?[\s>][^`]*<\//.test(text))
    assert.deepEqual(paths(bare), [])
  })

  it('leave nothing for later', () => {
    const marked = everything.filter(({ text }) =>
      /\b(TO[D]O|FIX[M]E|X[X]X)\b|\b(it|describe|test)\.(skip|todo|only)\b/.test(text),
    )
    assert.deepEqual(paths(marked), [])
  })
})

const paths = (files: Source[]) => files.map(file => file.path)

/** Exports of `files` that no other file of `users` imports. */
function unused(files: Source[], users: Source[]): string[] {
  return files.flatMap(({ path, exports }) => {
    const imports = users.filter(user => user.path !== path).flatMap(user => user.imports)
    const names = new Set(imports.filter(each => each.path === path).flatMap(each => each.names))
    return names.has('*') ? [] : exports.filter(name => !names.has(name)).map(name => `${path}: ${name}`)
  })
}
