import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { lectern, spawnLectern } from '../../test/support/cli.ts'

const { raw } = await testApp()
const account = `Credentials ${process.pid} ${Date.now()}`

const grant = (key: string, secret: string) =>
  raw({
    method: 'POST',
    url: '/api/v1/oauth2/token',
    payload: { grant_type: 'client_credentials', client_id: key, client_secret: secret },
  })
const make = async (...words: string[]) =>
  JSON.parse((await lectern('credentials', 'create', ...words, '--account', account, '--json')).out)

describe('lectern accounts', () => {
  it('0 create makes an account that list shows', async () => {
    const { code, out, said } = await lectern('accounts', 'create', account)
    assert.deepEqual([code, out], [0, ''])
    const id = Number(/^Created account (\d+) /.exec(said)?.[1])
    const listed = JSON.parse((await lectern('accounts', 'list', '--json')).out)
    const { created_at: _created_at, ...shown } = listed.find((item: any) => item.id === id)
    assert.deepEqual(shown, { id, name: account, events: 0, credentials: 0 })
  })

  it('1 create refuses a name that is taken or empty', async () => {
    const taken = await lectern('accounts', 'create', account)
    assert.deepEqual([taken.code, taken.said], [1, 'lectern: An account of that name exists already.\n'])
    const empty = await lectern('accounts', 'create', ' ')
    assert.deepEqual([empty.code, empty.said], [1, 'lectern: Name must have 1 to 255 characters.\n'])
  })
})

describe('lectern credentials create', () => {
  it('0 prints JSON and nothing else, with a pair that gets a token', async () => {
    const { code, out, said } = await spawnLectern([
      'credentials',
      'create',
      'CRM sync',
      '--account',
      account,
      '--json',
    ])
    assert.deepEqual([code, said], [0, ''])
    const { key, secret, account_id, ...rest } = JSON.parse(out)
    assert.deepEqual(rest, { name: 'CRM sync', scopes: ['read', 'write'], strict: false, account })
    assert.equal(typeof account_id, 'number')
    assert.equal((await grant(key, secret)).status, 200)
  })

  it('0 prints key and secret for people', async () => {
    const { code, out, said } = await lectern('credentials', 'create', 'For people', '--account', account)
    assert.equal(code, 0)
    assert.match(out, /^key {5}[\w-]{16}\nsecret {2}[\w-]{43}\nscopes {2}read write\n$/)
    assert.match(said, /^Created credential "For people" of account "Credentials /)
  })

  it('0 makes a strict one, whose requests are refused for what is unknown', async () => {
    const made = await lectern('credentials', 'create', 'Strict', '--account', account, '--strict')
    assert.match(made.out, /\nstrict {2}yes\n$/)
    const [, key = '', secret = ''] = /^key {5}(\S+)\nsecret {2}(\S+)/.exec(made.out)!
    const { body } = await grant(key, secret)
    const { status } = await raw({
      method: 'POST',
      url: '/api/v1/events/create',
      headers: { authorization: `Bearer ${body.access_token}` },
      payload: { name: 'Summit', capcity: 5 },
    })
    assert.equal(status, 422)
    const listed = (await lectern('credentials', 'list')).out.split('\n').find(line => line.startsWith(key))!
    assert.match(listed, /read write +yes /)
  })

  it('0 gives the scopes that are asked for', async () => {
    assert.deepEqual((await make('R', '--scope', 'read')).scopes, ['read'])
    assert.deepEqual((await make('W', '--scope=write')).scopes, ['write'])
    assert.deepEqual((await make('Both', '--scope', 'write', '--scope', 'read')).scopes, ['read', 'write'])
    assert.deepEqual((await make('List', '--scope', 'read,write')).scopes, ['read', 'write'])
  })

  it('2 for a scope that does not exist', async () => {
    const { code, said } = await lectern('credentials', 'create', 'X', '--scope', 'admin')
    assert.deepEqual([code, said], [2, 'lectern: --scope is read or write, not "admin".\n'])
  })

  it('1 for an account that does not exist', async () => {
    const { code, said } = await lectern('credentials', 'create', 'X', '--account', 'Nobody\x1b[2J')
    assert.deepEqual(
      [code, said],
      [1, 'lectern: There is no account "Nobody\\u001b[2J". `accounts list` shows them.\n'],
    )
  })

  it('1 without an account when there are several', async () => {
    await lectern('accounts', 'create', `${account} too`)
    const { code, said } = await lectern('credentials', 'create', 'X')
    assert.equal(code, 1)
    assert.match(said, /^lectern: There are \d+ accounts: say which with --account <name>\.\n$/)
  })
})

describe('lectern credentials list', () => {
  it('0 shows no secret, and no control character of a name', async () => {
    const { key } = await make('Evil \x1b]0;title\x07 name')
    const { code, out } = await lectern('credentials', 'list')
    assert.equal(code, 0)
    const line = out.split('\n').find(candidate => candidate.startsWith(key))!
    assert.equal(line.endsWith('Evil \\u001b]0;title\\u0007 name'), true)
    const listed = JSON.parse((await lectern('credentials', 'list', '--json')).out)
    assert.deepEqual(Object.keys(listed.find((item: any) => item.key === key)).sort(), [
      'account',
      'account_id',
      'created_at',
      'id',
      'key',
      'name',
      'revoked_at',
      'scopes',
      'strict',
    ])
  })
})

describe('lectern credentials revoke', () => {
  it('0 takes the credential and its tokens back at once', async () => {
    const { key, secret } = await make('Short-lived')
    const { access_token } = (await grant(key, secret)).body
    const { code, out, said } = await spawnLectern(['credentials', 'revoke', key])
    assert.deepEqual([code, out, said], [0, '', `Revoked ${key}. Its tokens are refused from now on.\n`])
    assert.equal((await grant(key, secret)).status, 401)
    const authorization = `Bearer ${access_token}`
    assert.equal(
      (await raw({ method: 'GET', url: '/api/v1/events', headers: { authorization } })).status,
      401,
    )
  })

  it('1 for a key that is not valid, also after --', async () => {
    const { code, said } = await lectern('credentials', 'revoke', '--', '-nope\0')
    assert.deepEqual(
      [code, said],
      [1, 'lectern: There is no valid credential with the key "-nope\\u0000".\n'],
    )
  })
})
