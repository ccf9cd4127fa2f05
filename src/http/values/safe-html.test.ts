import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mustGrowWithLength, repeated } from '../../../test/support/growth.ts'
import { longestHtml, readHtml } from './safe-html.ts'

const faultOf = (html: string) => {
  const reading = readHtml(html)
  return 'type' in reading ? reading.type : undefined
}

describe('HTML with too many open elements', () => {
  it('is told from long texts whose elements are closed, or need not be', () => {
    assert.equal(faultOf('<p>One <b>word</b>.<br></p>'.repeat(3000)), undefined)
    assert.equal(faultOf('<B>x</b>'.repeat(12_000)), undefined)
    assert.equal(faultOf('a < b <3 '.repeat(5000)), undefined)
    assert.equal(faultOf('<li>x'.repeat(9000)), undefined)
    assert.equal(faultOf('<img src="https://example.com/a.png">'.repeat(1500)), undefined)
    assert.equal(faultOf('<b>'.repeat(1000)), undefined)
  })

  it('is found whatever closes something else, or only seems to close', () => {
    assert.equal(faultOf('<b>'.repeat(1001)), 'too_deep')
    assert.equal(faultOf('<b></i>'.repeat(1001)), 'too_deep')
    assert.equal(faultOf('<b </b>'.repeat(1001)), 'too_deep')
    assert.equal(faultOf('<b title="</b>">'.repeat(1001)), 'too_deep')
    assert.equal(faultOf('<b><!-- </b> -->'.repeat(1001)), 'too_deep')
    assert.equal(faultOf('</b>'.repeat(1001) + '<b><i>'.repeat(501)), 'too_deep')
    assert.equal(faultOf(`${'<script>'.repeat(3)}</script>${'<u>'.repeat(1001)}`), 'too_deep')
  })

  it('costs no more than its length, whatever seems to close it', async () => {
    for (const unit of ['<b </b>', '<b title="</b>">', '<b><!-- </b> -->', '<b></i>', '<p><b>', '<b></p>'])
      await mustGrowWithLength(unit, length => readHtml(repeated(unit, length)))
  })
})

describe('the length of HTML', () => {
  it('is at most 100 kB, counted in bytes of UTF-8', () => {
    assert.equal(faultOf('x'.repeat(longestHtml)), undefined)
    assert.equal(faultOf('x'.repeat(longestHtml + 1)), 'too_long')
    assert.equal(faultOf('é'.repeat(longestHtml / 2)), undefined)
    assert.equal(faultOf(`${'é'.repeat(longestHtml / 2)}x`), 'too_long')
  })

  it('is that of what is kept as well', () => {
    assert.equal(faultOf(`<p>${'&'.repeat(30_000)}`), 'too_long')
  })
})
