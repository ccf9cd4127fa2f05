import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { decode, fileLimit, readText } from './file.ts'

const folder = mkdtempSync(join(tmpdir(), 'lectern-file-'))
after(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('the text of a file', () => {
  it('is that of UTF-8, with or without a byte order mark', async () => {
    assert.equal(await readText(file('plain', 'Brücke 🌉')), 'Brücke 🌉')
    assert.equal(await readText(file('marked', '\ufeffBrücke 🌉')), 'Brücke 🌉')
  })

  it('is that of UTF-16 with a byte order mark', () => {
    const little = Buffer.from('\ufeffBrücke', 'utf16le')
    assert.equal(decode(little), 'Brücke')
    assert.equal(decode(Buffer.from(little).swap16()), 'Brücke')
  })

  it('is that of the encoding which an XML declaration names', () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Brücke</a>'
    assert.equal(decode(Buffer.from(xml, 'latin1')), xml)
  })

  const refusals: [string, () => string, RegExp][] = [
    ['missing', () => join(folder, 'none'), /none does not exist\.$/],
    ['a folder', () => folder, / is a folder, not a file\.$/],
    ['empty', () => file('empty', ' \n'), / is empty\.$/],
    ['binary', () => file('binary', Buffer.from([0xfe, 0x50, 0xff])), / is not a text file\.$/],
    [
      'an image',
      () => file('image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff])),
      / is not a text file but an image \(PNG\)\.$/,
    ],
    [
      'a spreadsheet',
      () => file('sheet', Buffer.from('PK\x03\x04\xff', 'latin1')),
      / is not a text file but an archive or a spreadsheet \(ZIP, XLSX\)\.$/,
    ],
    [
      'in an unknown encoding',
      () => file('odd', '<?xml version="1.0" encoding="x-odd"?>'),
      / is not a text file\.$/,
    ],
    ['named with U+0000', () => 'a\0b', / does not exist\.$/],
    [
      'too large',
      () => {
        const path = file('large', '')
        truncateSync(path, fileLimit + 1)
        return path
      },
      / is larger than 64 MiB\.$/,
    ],
  ]
  for (const [what, path, message] of refusals)
    it(`is refused when the file is ${what}`, async () => {
      await assert.rejects(readText(path()), { type: 'unreadable_file', message })
    })
})
