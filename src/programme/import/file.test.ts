import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { decode, fileLimit, readFile } from './file.ts'

const folder = mkdtempSync(join(tmpdir(), 'lectern-file-'))
after(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const readText = async (path: string) => decode(await readFile(path))

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

  it('is that of Windows in the West when it is no UTF-8, as spreadsheets write it', () => {
    assert.equal(decode(Buffer.from('Titel;Br\xfccke \x80', 'latin1')), 'Titel;Brücke €')
  })

  it('is none of bytes that are no text, and of JSON and XML in an encoding that they do not name', () => {
    assert.equal(decode(Buffer.from([0xfe, 0x50, 0xff, 0])), undefined)
    assert.equal(decode(Buffer.from('<a>Br\xfccke</a>', 'latin1')), undefined)
    assert.equal(decode(Buffer.from('<?xml version="1.0" encoding="x-odd"?>')), undefined)
  })

  const refusals: [string, () => string, RegExp][] = [
    ['missing', () => join(folder, 'none'), /none does not exist\.$/],
    ['a folder', () => folder, / is a folder, not a file\.$/],
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
      await assert.rejects(readFile(path()), { type: 'unreadable_file', message })
    })
})
