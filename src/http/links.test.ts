import assert from 'node:assert/strict'
import { it } from 'node:test'
import { linkBaseAt } from './links.ts'

it('links in e-mails begin with PUBLIC_URL, else with a loopback address that the server listens on', () => {
  const base = (listening: string, configured: string | null = null) => linkBaseAt(listening, configured)
  assert.equal(base('http://127.0.0.1:8080', 'https://lectern.example'), 'https://lectern.example')
  assert.equal(base('http://127.0.0.1:8080'), 'http://127.0.0.1:8080')
  assert.equal(base('http://[::1]:8080'), 'http://[::1]:8080')
  // What every interface is called where the address is written for people.
  for (const open of ['http://localhost:8080', 'http://192.0.2.7:8080', 'http://[2001:db8::1]:8080'])
    assert.equal(base(open), null)
})
