import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTooDeep } from './html.ts'

describe('HTML with too many open elements', () => {
  it('is told from long texts whose elements are closed, or need not be', () => {
    assert.equal(isTooDeep('<p>One <b>word</b>.<br></p>'.repeat(20_000)), false)
    assert.equal(isTooDeep('<B>x</b>'.repeat(20_000)), false)
    assert.equal(isTooDeep('a < b <3 '.repeat(20_000)), false)
    assert.equal(isTooDeep('<li>x'.repeat(5000)), false)
  })

  it('is found whatever closes something else', () => {
    assert.equal(isTooDeep('<b>'.repeat(5001)), true)
    assert.equal(isTooDeep('<b></i>'.repeat(5001)), true)
    assert.equal(isTooDeep('</b>'.repeat(5001) + '<b><i>'.repeat(2501)), true)
  })

  it('is refused at once, also at the size of the largest body', () => {
    const started = performance.now()
    assert.equal(isTooDeep('<b>'.repeat(340_000)), true)
    assert.equal(isTooDeep('<a'.repeat(500_000)), false)
    // A few milliseconds; minutes, if it looked back at every element.
    assert.equal(performance.now() - started < 20_000, true)
  })
})
