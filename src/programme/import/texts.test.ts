import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Row, rowOf } from './schedule.ts'
import { descriptionOf, notesOf } from './texts.ts'

const row = (given: Partial<Row>): Row => rowOf('line 1', { guid: '1', title: 'T', ...given })

describe('a description', () => {
  it('is absent when the file says nothing', () => {
    assert.equal(descriptionOf(row({ subtitle: ' ', abstract: '', description: '\n' })), null)
  })

  it('puts the subtitle first, then abstract and description, equal ones once', () => {
    assert.equal(
      descriptionOf(row({ subtitle: 'A & B', abstract: '<p>One</p>', description: '<p>Two</p>' })),
      '<p><strong>A &amp; B</strong></p>\n<p>One</p>\n<p>Two</p>',
    )
    assert.equal(descriptionOf(row({ abstract: 'One', description: 'One' })), '<p>One</p>')
  })

  it('keeps the paragraphs, lines and characters of plain text', () => {
    assert.equal(
      descriptionOf(row({ abstract: 'a < b & "c"\r\nuse <stdin>\r\n \r\nnext' })),
      '<p>a &lt; b &amp; &quot;c&quot;<br />use &lt;stdin&gt;</p>\n<p>next</p>',
    )
  })

  it('keeps the lines of text with links in it', () => {
    assert.equal(
      descriptionOf(row({ abstract: 'See <a href="https://example.org">this</a>\nand AT&amp;T' })),
      '<p>See <a href="https://example.org">this</a><br />and AT&amp;T</p>',
    )
  })

  it('ends with links that can be followed and the names of those that cannot', () => {
    const links = [
      { url: 'https://example.org/?a=1&b=2', title: '<Plans>' },
      { url: 'example.org', title: '' },
      { url: 'javascript:alert(1)', title: 'Trick' },
    ]
    assert.equal(
      descriptionOf(row({ links, attachments: [{ url: 'https://example.org/a.pdf', title: 'A' }] })),
      '<p>Links:</p>\n<ul>' +
        '<li><a href="https://example.org/?a=1&amp;b=2">&lt;Plans&gt;</a></li>' +
        '<li><a href="https://example.org">example.org</a></li>' +
        '<li>Trick (javascript:alert(1))</li></ul>\n' +
        '<p>Attachments:</p>\n<ul><li><a href="https://example.org/a.pdf">A</a></li></ul>',
    )
  })
})

describe('notes', () => {
  it('have what else the organiser wants to know', () => {
    const given = { type: 'talk', language: 'en', license: 'CC BY' }
    assert.equal(
      notesOf(row({ ...given, url: 'https://example.org/1' })),
      'Type: talk\nLanguage: en\nRecording: CC BY\nPage: https://example.org/1',
    )
    assert.equal(notesOf(row({ license: 'CC BY', do_not_record: true })), 'Recording: not allowed')
    assert.equal(notesOf(row({})), null)
  })
})
