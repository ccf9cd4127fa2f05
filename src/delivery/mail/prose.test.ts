import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { say } from './prose.ts'

describe('a sentence', () => {
  it('keeps apart what runs from right to left, or has marks that turn the words around it', () => {
    const name = 'Talk \u202eklat'
    assert.equal(say`A seat in ${name} is free.`.text, `A seat in \u2068${name}\u2069 is free.`)
    assert.equal(say`A seat in ${'שיחה'} is free.`.text, 'A seat in \u2068שיחה\u2069 is free.')
    assert.equal(say`A seat in ${'Talk'} is free.`.text, 'A seat in Talk is free.')
  })
})
