import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asHtml, html, inLines } from './html.ts'

describe('html', () => {
  it('escapes every value, between tags and in attributes', () => {
    const value = `"><script>'&`
    assert.equal(
      html`<p title="${value}">${value}</p>`.markup,
      `<p title="&quot;&gt;&lt;script&gt;'&amp;">&quot;&gt;&lt;script&gt;'&amp;</p>`,
    )
  })

  it('leaves markup as it is, however deep it stands in others and in lists', () => {
    const items = ['a', 'b & c'].map(text => html`<li>${text}</li>`)
    assert.equal(html`<ul>${items}</ul>${asHtml('<br>')}`.markup, '<ul><li>a</li><li>b &amp; c</li></ul><br>')
  })

  it('writes nothing for what is absent, and 0 for 0', () => {
    assert.equal(html`[${null}${undefined}${false}${''}${[]}${0}]`.markup, '[0]')
  })

  it('takes words with backslashes as they read', () => {
    assert.equal(html`a\nb`.markup, 'a\nb')
  })
})

describe('lines of html', () => {
  it('are those of the parts that say something, escaped as values are', () => {
    assert.equal(inLines([html`<b>`, '', null, [], 'x < y', html``, ['p', 'q']]).markup, '<b>\nx &lt; y\npq')
  })
})
