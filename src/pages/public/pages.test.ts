import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { make, raw, call, pool } = await testApp()
const webinar_url = 'https://meet.example/x?a=1&b=2'
const summit = await make('events', { name: 'Summit', timezone: 'UTC', status: 'live' })
const session = (more: object = {}) =>
  make('sessions', {
    event_id: summit.id,
    name: 'Talk <1>',
    date: '2030-01-01',
    start_time: '10:00',
    description: '<p>About <script>x</script><b>it</b></p>',
    webinar_url,
    ...more,
  })
const open = (url: string) => raw({ method: 'GET', url })

describe('GET /sessions/{id}', () => {
  it('200 shows a live session of an open event to anybody, without the way into its webinar', async () => {
    const talk = await session()
    const { status, headers, text } = await open(`/sessions/${talk.id}`)
    assert.equal(status, 200)
    assert.match(headers['content-security-policy'] as string, /^default-src 'none';/)
    assert.match(text, /<h1 dir="auto">Talk &lt;1&gt;<\/h1>[\s\S]*<p>About <b>it<\/b><\/p>/)
    assert.doesNotMatch(text, /meet\.example|<script/)
    assert.equal(text.includes(talk.secure_id), false)
  })

  it('404 is a page, for a session that is none, is not live, or whose event is archived', async () => {
    const draft = await session({ session_status: 'submitted' })
    const past = await make('events', { name: 'Past', timezone: 'UTC', status: 'live' })
    const gone = await session({ event_id: past.id })
    await call('PUT', `/events/update/${past.id}`, { status: 'archived' })
    for (const id of [draft.id, gone.id, 999_999_999, 0, 'x', '%00']) {
      const { status, headers, text } = await open(`/sessions/${id}`)
      assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=utf-8'])
      assert.match(text, /<h1 dir="auto">There is nothing here<\/h1>/)
      assert.doesNotMatch(text, /Talk|Past/)
    }
  })
})

describe('GET /sessions/{id}/virtual/{secure_id}', () => {
  it('302 leads into the webinar whoever knows the secure id', async () => {
    const { id, secure_id } = await session()
    const { status, headers } = await open(`/sessions/${id}/virtual/${secure_id}`)
    assert.deepEqual([status, headers.location], [302, webinar_url])
  })

  it('302 also for a URL beyond Latin-1, which is kept as URLs are written', async () => {
    const online = await session({ webinar_url: ' https://müller.example/Räume/東京?q=✓ ' })
    const ascii = 'https://xn--mller-kva.example/R%C3%A4ume/%E6%9D%B1%E4%BA%AC?q=%E2%9C%93'
    assert.equal(online.webinar_url, ascii)
    const virtual = new URL(online.virtual_link).pathname
    const { status, headers } = await raw({ method: 'GET', url: virtual })
    assert.deepEqual([status, headers.location], [302, ascii])
    await pool`update sessions set webinar_url = 'https://example.com/東京' where id = ${online.id}`
    const earlier = await raw({ method: 'GET', url: virtual })
    assert.deepEqual(
      [earlier.status, earlier.headers.location],
      [302, 'https://example.com/%E6%9D%B1%E4%BA%AC'],
    )
  })

  it('422 for a URL with a control character', async () => {
    for (const character of ['\n', '\r\n', '\t', '\u0001', '\u007f', '\u0085']) {
      const webinar_url = `https://example.com/a${character}Set-Cookie:x`
      const { status, body } = await call('PUT', `/sessions/${(await session()).id}`, { webinar_url })
      assert.deepEqual([status, body[0]?.type], [422, 'control_character'])
    }
  })

  it('404 is a page, for another secure id and for a session without a webinar', async () => {
    const [online, onSite] = [await session(), await session({ webinar_url: null })]
    for (const path of [`${online.id}/virtual/x`, `${onSite.id}/virtual/${onSite.secure_id}`]) {
      const { status, headers } = await open(`/sessions/${path}`)
      assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=utf-8'])
    }
  })
})

describe('session fields', () => {
  const nasty = `<script>alert("1")</script>' onfocus="x`
  const kinds: [string, object, unknown, string][] = [
    ['textInput', {}, `a ${nasty}`, 'a &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'],
    ['textArea', {}, 'a\nb', 'a<br>b'],
    ['textArea', { allow_html: 1 }, '<p>a <b onclick="x()">b</b></p><script>x</script>', '<p>a <b>b</b></p>'],
    ['radioList', { choices: [nasty] }, 0, '&lt;script&gt;'],
    ['checkboxList', { choices: ['Mo', 'Tu', 'We'] }, [2, 0], 'Mo, We'],
    [
      'email',
      {},
      'a?cc=b@x.example',
      '<a href="mailto:a%3Fcc%3Db@x.example" rel="noopener noreferrer">a?cc=b@x.example</a>',
    ],
    ['phone', {}, '+32 (0)2 1', '<a href="tel:+32021" rel="noopener noreferrer">+32 (0)2 1</a>'],
    ['phone', {}, '+32 2 1 ext. 5', '<a href="tel:+3221" rel="noopener noreferrer">+32 2 1 ext. 5</a>'],
    ['date', {}, '2030-02-28', '28 February 2030'],
    ['time', {}, '9:05', '09:05'],
    ['number', {}, '12.50', '12.5'],
    [
      'url',
      {},
      'https://x.example/?a=1&b=%22',
      '<a href="https://x.example/?a=1&amp;b=%22" rel="noopener noreferrer">https://x.example/?a=1&amp;b=%22</a>',
    ],
    ['flag', {}, 1, 'Yes'],
    ['flag', {}, 0, 'No'],
  ]
  for (const [type, more, given, shown] of kinds)
    it(`of type ${type} ${JSON.stringify(more)} show ${JSON.stringify(given)} when they are visible`, async () => {
      const name = `Field <${type}> & more`
      const field = await make('sessions/fields', { name, type, visible: 1, ...more })
      const ids = (index: unknown) => field.choices[Number(index)].id
      const value = type.endsWith('List') ? [given].flat().map(ids) : given
      const { id } = await session({ [field.attribute]: value })
      const definition = `<dt dir="auto">Field &lt;${type}&gt; &amp; more</dt><dd dir="auto">`
      const { text } = await open(`/sessions/${id}`)
      const [, seen] = text.split(definition)
      assert.ok(seen?.slice(0, seen.indexOf('</dd>')).includes(shown), text)
      assert.doesNotMatch(text, /<script|" onfocus|onclick/)
      await call('PUT', `/sessions/field/${field.id}`, { visible: 0 })
      assert.equal((await open(`/sessions/${id}`)).text.includes(definition), false)
      await call('DELETE', `/sessions/field/${field.id}`)
    })

  it('are hidden unless they are made visible, and nothing is said of those that are empty', async () => {
    const hidden = await make('sessions/fields', { name: 'Hidden', type: 'textInput' })
    assert.equal(hidden.visible, 0)
    const shown = await make('sessions/fields', { name: 'Shown', type: 'textInput', visible: 1 })
    const talk = await session({ [hidden.attribute]: 'internal' })
    assert.doesNotMatch((await open(`/sessions/${talk.id}`)).text, /Hidden|internal|Shown/)
    await call('DELETE', `/sessions/field/${shown.id}`)
  })

  it('HTML that was stored before HTML was allowed is sanitised all the same', async () => {
    const field = await make('sessions/fields', { name: 'Late', type: 'textArea', visible: 1 })
    const talk = await session({ [field.attribute]: '<img src=x onerror=y><b>kept</b>' })
    await call('PUT', `/sessions/field/${field.id}`, { allow_html: 1 })
    const { text } = await open(`/sessions/${talk.id}`)
    assert.match(text, /<b>kept<\/b>/)
    assert.doesNotMatch(text, /onerror/)
    await call('DELETE', `/sessions/field/${field.id}`)
  })
})

describe('every page', () => {
  it('has its styles from a file of this server, which can be kept for good', async () => {
    const talk = await session()
    const links = new Set<string>()
    for (const url of [`/sessions/${talk.id}`, '/sessions/0', '/my/nobody']) {
      const { headers, text } = await open(url)
      assert.match(headers['content-security-policy'], /; style-src 'self';/, url)
      assert.doesNotMatch(text, /<style| style=/, url)
      links.add(/<link rel="stylesheet" href="([^"]*)">/.exec(text)![1]!)
    }
    const [link = ''] = links
    const { status, headers, text } = await open(link)
    assert.deepEqual([links.size, status, headers['content-type']], [1, 200, 'text/css; charset=utf-8'])
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.match(text, /max-width: 42rem/)
  })

  it('of another version finds the styles as well, which nobody keeps under that name', async () => {
    const { status, headers, text } = await open('/styles/layout.another.css')
    assert.deepEqual([status, headers['cache-control']], [200, 'no-store'])
    assert.match(text, /max-width: 42rem/)
  })

  it('is not framed, runs nothing, is what its content type says, and has an icon', async () => {
    const talk = await session()
    for (const url of [`/sessions/${talk.id}`, '/sessions/0', '/my/nobody', '/docs']) {
      const { headers, text } = await open(url)
      const policy = headers['content-security-policy'] ?? ''
      assert.match(policy, /frame-ancestors '(none|self)'/, url)
      assert.match(policy, /^default-src '(none|self)';/, url)
      assert.doesNotMatch(policy, /unsafe/, url)
      assert.match(policy, /base-uri '(none|self)'/, url)
      assert.equal(headers['x-content-type-options'], 'nosniff', url)
      assert.match(text, /<link rel="icon"/, url)
    }
  })

  it('no answer is taken for something else', async () => {
    for (const url of ['/healthz', '/api/v1/events', '/nothing', '/favicon.ico'])
      assert.equal((await open(url)).headers['x-content-type-options'], 'nosniff')
    const { status, headers, text } = await open('/favicon.ico')
    assert.deepEqual([status, headers['content-type']], [200, 'image/svg+xml'])
    assert.match(text, /^<svg /)
  })
})
