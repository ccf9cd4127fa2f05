import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { sources } from '../support/sources.ts'

/** `docs/seats.md §2`, or a document alone. */
const citation = /\b([\w/-]+\.(?:md|txt))(?:,? §(\d+))?/g

describe('comments', () => {
  it('cite documents that are here, and sections that these have', () => {
    const files = sources('{src,test,bench,docs}/**/*.ts')
    const cited = files.flatMap(({ path, text }) =>
      (text.match(/\/\*\*?[\s\S]*?\*\/|\/\/.*/g) ?? []).flatMap(comment =>
        [...comment.matchAll(citation)].map(([, document, section]) => ({
          path,
          document: document!,
          section,
        })),
      ),
    )
    assert.ok(cited.some(({ section }) => section))
    const lost = cited.filter(({ document, section }) => !isThere(document, section))
    assert.deepEqual(lost, [])
  })
})

function isThere(document: string, section: string | undefined): boolean {
  try {
    const text = readFileSync(document, 'utf8')
    return !section || new RegExp(`^## ${section}\\. `, 'm').test(text)
  } catch {
    return false
  }
}
