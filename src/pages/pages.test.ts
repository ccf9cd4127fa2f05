import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'

const { make, raw, call } = await testApp()
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

  it('404 is a page, for another secure id and for a session without a webinar', async () => {
    const [online, onSite] = [await session(), await session({ webinar_url: null })]
    for (const path of [`${online.id}/virtual/x`, `${onSite.id}/virtual/${onSite.secure_id}`]) {
      const { status, headers } = await open(`/sessions/${path}`)
      assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=utf-8'])
    }
  })
})
