import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make, raw, pool, token } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const speaker = await make('speakers', { event_id: event.id, name: 'Ada' })

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#1a56b0' } })
const jpeg = await picture(60, 40)
  .withExif({ IFD0: { Copyright: 'Secret place' }, IFD3: { GPSLatitude: '50/1 0/1 0/1' } })
  .withMetadata({ orientation: 6 })
  .jpeg()
  .toBuffer()

/** Uploads a file as browsers do. */
function upload(
  path: string,
  file: Buffer,
  { name = 'ada.jpg', type = 'image/jpeg', field = 'file', by = token, headers = {} }: Json = {},
) {
  const boundary = 'xxBOUNDARYxx'
  const payload = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return raw({
    method: 'PUT',
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${by}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...headers,
    },
    payload,
  })
}
const served = async (url: string, headers: Json = {}) => {
  const reply = await app.app.inject({ method: 'GET', url: new URL(url).pathname, headers })
  return { status: reply.statusCode, headers: reply.headers as Json, bytes: reply.rawPayload }
}
const ofSpeaker = `/image/speaker/${speaker.id}/profile_picture`

/** A PNG of so many pixels, all of them black, which is a few kB. */
function bomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc(1_000_000))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describe('PUT /image/{type}/{id}/{attribute}', () => {
  it('200 writes the picture anew, upright and without metadata, and the member has its address', async () => {
    const { status, body } = await upload(ofSpeaker, jpeg)
    assert.deepEqual(
      [status, body.message, body.type, body.id, body.field],
      [200, 'File Uploaded Successfully', 'speaker', String(speaker.id), 'profile_picture'],
    )
    assert.match(body.url, /^http:\/\/lectern\.test\/images\/[\w-]{22,}\.jpeg$/)
    assert.equal((await call('GET', `/speakers/${speaker.id}`)).body.profile_picture, body.url)
    const { bytes, headers } = await served(body.url)
    assert.deepEqual(
      [headers['content-type'], headers['x-content-type-options'], headers['cache-control']],
      ['image/jpeg', 'nosniff', 'public, max-age=31536000, immutable'],
    )
    const { width, height, exif, orientation } = await sharp(bytes).metadata()
    assert.deepEqual([width, height, exif, orientation], [40, 60, undefined, undefined])
    assert.equal(bytes.includes('Secret place'), false)
    assert.equal((await served(body.url, { 'if-none-match': headers.etag })).status, 304)
    const read = await call('GET', ofSpeaker)
    assert.deepEqual(
      [read.body.message, read.body.id, read.body.url],
      ['File Retrieved Successfully', speaker.id, body.url],
    )
  })

  it('200 for everything that can have one; another upload has another address, and the first one is gone', async () => {
    const registrant = await make('registrants', { event_id: event.id, email: 'ada@example.com' })
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01' })
    const sponsor = await make('sponsors', { event_id: event.id, name: 'P' })
    for (const [type, id, attribute, plural] of [
      ['registrant', registrant.id, 'profile_picture', 'registrants'],
      ['contact', registrant.contact_id, 'profile_picture', 'contacts'],
      ['sponsor', sponsor.id, 'logo_id', 'sponsors'],
      ['event', event.id, 'logo', 'events'],
      ['event', event.id, 'picture', 'events'],
      ['session', session.id, 'picture', 'sessions'],
    ] as const) {
      const first = (await upload(`/image/${type}/${id}/${attribute}`, jpeg)).body.url
      const png = await picture(3, 3).png().toBuffer()
      const second = await upload(`/image/${type}/${id}/${attribute}`, png)
      assert.match(second.body.url, /\.png$/)
      assert.equal((await call('GET', `/${plural}/${id}`)).body[attribute], second.body.url)
      assert.deepEqual([(await served(first)).status, (await served(second.body.url)).status], [404, 200])
    }
  })

  it('200 for a GIF, of which the first image is kept, a WebP, and a picture that is made smaller', async () => {
    const frames = await sharp({ create: { width: 10, height: 20, channels: 3, background: 'red' } })
      .gif({})
      .toBuffer()
    const gif = await upload(ofSpeaker, frames, { name: 'x.png', type: 'image/png' })
    assert.match(gif.body.url, /\.png$/)
    const large = await upload(ofSpeaker, await picture(5000, 100).webp().toBuffer(), { type: 'text/plain' })
    const { width, height, format } = await sharp((await served(large.body.url)).bytes).metadata()
    assert.deepEqual([width, height, format], [2000, 40, 'webp'])
  })

  it('422 for what is no picture, is broken, or unpacks to too much, and nothing changes', async () => {
    const before = (await call('GET', `/speakers/${speaker.id}`)).body
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    for (const [file, fault] of [
      [svg, 'file: format'],
      [Buffer.from('%PDF-1.7'), 'file: format'],
      [Buffer.concat([Buffer.from('ffd8ff', 'hex'), svg]), 'file: broken'],
      [jpeg.subarray(0, jpeg.length / 2), 'file: broken'],
      [bomb(60_000), 'file: broken'],
      [Buffer.alloc(0), 'file: required'],
    ] as [Buffer, string][])
      assert.deepEqual(faultsIn(await upload(ofSpeaker, file)), [fault])
    assert.deepEqual(faultsIn(await upload(ofSpeaker, jpeg, { field: 'other' })), ['file: required'])
    assert.deepEqual((await call('GET', `/speakers/${speaker.id}`)).body, before)
  })

  it('413 for 20 MB, and for a file of more than 5 MB', async () => {
    assert.equal((await upload(ofSpeaker, Buffer.alloc(20 * 1024 * 1024))).status, 413)
    assert.equal((await upload(ofSpeaker, Buffer.alloc(5 * 1024 * 1024 + 10))).status, 413)
  })

  it('404 for another account, another member, and what has none; 412 for another version', async () => {
    assert.equal((await upload(ofSpeaker, jpeg, { by: stranger.token })).status, 404)
    for (const path of [
      `/image/speaker/${speaker.id}/bio`,
      '/image/speaker/999999999/profile_picture',
      '/image/toString/1/constructor',
    ])
      assert.equal((await upload(path, jpeg)).status, 404)
    assert.equal((await upload(ofSpeaker, jpeg, { headers: { 'if-match': '"999-x"' } })).status, 412)
  })

  it('503 rather than memory when very many come at once', async () => {
    const file = await picture(2500, 2500).jpeg().toBuffer()
    const replies = await Promise.all(Array.from({ length: 40 }, () => upload(ofSpeaker, file)))
    const statuses = new Set(replies.map(({ status }) => status))
    assert.deepEqual([...statuses].sort(), [200, 503])
    assert.ok(replies.find(({ status }) => status === 503)!.headers['retry-after'])
  })
})

describe('a picture', () => {
  it('is deleted by itself, with what it is of, and with the person who is forgotten', async () => {
    const ada = await make('speakers', { event_id: event.id, name: 'Ada' })
    const bob = await make('registrants', { event_id: event.id, email: 'bob@example.com' })
    const path = `/image/speaker/${ada.id}/profile_picture`
    const first = (await upload(path, jpeg)).body.url
    assert.equal((await call('DELETE', path)).status, 204)
    assert.deepEqual([(await served(first)).status, (await call('GET', path)).status], [404, 404])
    assert.equal((await call('GET', `/speakers/${ada.id}`)).body.profile_picture, null)
    const second = (await upload(path, jpeg)).body.url
    const third = (await upload(`/image/registrant/${bob.id}/profile_picture`, jpeg)).body.url
    await call('POST', `/speakers/${ada.id}/forget`)
    await call('POST', `/registrants/${bob.id}/forget`)
    for (const url of [second, third]) {
      assert.equal((await served(url)).status, 404)
      const secret = new URL(url).pathname.split('/').at(-1)!.split('.')[0]!
      assert.equal(JSON.stringify(await changesOf(app)).includes(secret), false)
    }
    assert.deepEqual(faultsIn(await upload(path, jpeg)), ['id: forgotten'])
    const sponsor = await make('sponsors', { event_id: event.id, name: 'P' })
    const fourth = (await upload(`/image/sponsor/${sponsor.id}/logo_id`, jpeg)).body.url
    await call('DELETE', `/sponsors/${sponsor.id}`)
    assert.equal((await served(fourth)).status, 404)
    const [row] = await pool`select count(*)::int as left from images where sponsor_id = ${sponsor.id}`
    assert.equal(row!.left, 0)
  })
})
