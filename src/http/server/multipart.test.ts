import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readMultipart } from './multipart.ts'

const read = (body: string, encoding: BufferEncoding = 'utf8') =>
  readMultipart('multipart/form-data; boundary=X', Buffer.from(body, encoding))
const part = (head: string, value: string) =>
  `--X\r\ncontent-disposition: form-data${head}\r\n\r\n${value}\r\n`
const whole = `${part('; name="a"', 'value')}${part('; name="b"; filename="f"', 'file')}--X--\r\n`

describe('reading a multipart form', () => {
  it('has its fields and its files', async () => {
    assert.deepEqual(await read(whole), { fields: [['a', 'value']], files: [['b', Buffer.from('file')]] })
  })

  it('one that is cut off anywhere is refused, also inside a file', async () => {
    const end = whole.lastIndexOf('--X--') + 4
    for (let length = 0; length < end; length++)
      await assert.rejects(read(whole.slice(0, length)), { status: 400 }, `cut off after ${length}`)
  })

  it('a part without a name is refused', async () => {
    await assert.rejects(read(`${part('', 'value')}--X--`), { status: 400 })
  })

  it('text that is not in UTF-8 is refused; a file may be anything', async () => {
    await assert.rejects(read(`${part('; name="a"', 'caf\xe9')}--X--`, 'latin1'), { status: 400 })
    const file = part('; name="b"; filename="f"', '\xe9')
    const form = await read(`${part('; name="a"', 'x')}${file}--X--`, 'latin1')
    assert.deepEqual(form, { fields: [['a', 'x']], files: [['b', Buffer.from([0xe9])]] })
  })
})
