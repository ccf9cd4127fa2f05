import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { expandedDocument } from '../../docs/expanded.ts'
import type { Operation } from '../../docs/reference.ts'
import { documentOf } from '../../src/http/document/openapi.ts'
import { details, operationLists } from '../../src/operations.ts'
import { eventLists } from '../../src/programme/events/schema.ts'
import { sessionLists } from '../../src/programme/sessions/schema.ts'
import { registrantLists } from '../../src/registration/registrants/schema.ts'
import { version } from '../../src/version.ts'
import { testApp } from '../support/app.ts'
import { sources } from '../support/sources.ts'

const { raw, call, make } = await testApp()
const document = expandedDocument()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
)
const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`

const takesKey = ({ parameters = [] }: Operation) => parameters.some(({ name }) => name === 'Idempotency-Key')

type Content = NonNullable<Operation['responses'][string]['content']>
const hasExample = (content: Content | undefined) =>
  Object.values(content ?? {}).some(media => 'example' in media || 'examples' in media) || !content

describe('GET /api/v1/openapi.json', () => {
  it('200 is the document, without a token', async () => {
    const { status, body } = await raw({ method: 'GET', url: '/api/v1/openapi.json' })
    assert.equal(status, 200)
    assert.deepEqual(body, JSON.parse(JSON.stringify(documentOf(operationLists, details, version))))
  })

  it('has an id of its own, a tag, a summary and a description for every operation', () => {
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
    const tags = document.tags.map(({ name }) => name)
    const bare = operations.filter(
      ({ summary, description, tags: [tag] }) => !summary || !description || !tag || !tags.includes(tag),
    )
    assert.deepEqual(bare.map(nameOf), [])
  })

  it('lists the failures that every operation can have', () => {
    const missing = operations.flatMap(operation => {
      const { method, path, responses, requestBody } = operation
      const isOpen = !path.startsWith('/api/v1/') || path === '/api/v1/openapi'
      const isOAuth = path.includes('/oauth2/')
      const expected = [
        400,
        408,
        431,
        ...(isOpen ? [] : [401, 500, 503]),
        ...(isOpen || isOAuth ? [] : [403, 429]),
        ...(path.includes('{id}') ? [404, 405] : []),
        ...(path.includes('{') ? [414] : []),
        ...(method === 'get' ? [] : [413, 415]),
        ...(method === 'get' || method === 'post' ? [] : [412]),
        ...(method === 'post' && !isOAuth && takesKey(operation) ? [409, 422] : []),
        ...(requestBody && !isOAuth ? [422] : []),
      ]
      return expected
        .filter(status => !(String(status) in responses))
        .map(status => `${nameOf(operation)}: ${status}`)
    })
    assert.deepEqual(missing, [])
  })

  it('says of query parameters what they are: only lists of words, searches and cursors are plain text', () => {
    const typesOf = (type: string) =>
      [
        ...new Set(
          operations.flatMap(({ parameters = [] }) =>
            parameters.flatMap(({ name, in: place, schema }) =>
              place === 'query' && schema?.type === type && !schema.enum ? [name] : [],
            ),
          ),
        ),
      ].sort()
    assert.deepEqual(typesOf('string'), ['expand', 'fields', 'ids', 'object', 'search', 'since', 'sort'])
    assert.deepEqual(typesOf('integer'), [
      'event_id',
      'page',
      'people_after',
      'per-page',
      'registrant_id',
      'reviewer_id',
      'session_id',
      'submission_id',
    ])
    assert.deepEqual(typesOf('boolean'), [
      'force',
      'intended',
      'keep_edits',
      'override_capacity_errors',
      'prevent_check_in',
      'send_email',
      'validate_only',
    ])
  })

  it('leaves `fields` of single reads out, which are understood: the schema is that of the whole record', async () => {
    const singles = operations.filter(({ method, path }) => method === 'get' && path.endsWith('/{id}'))
    assert.ok(singles.length > 5)
    const named = singles.filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'fields'))
    assert.deepEqual(named.map(nameOf), [])
    const { id } = await make('events', { name: 'E' })
    const { body, headers } = await call('GET', `/events/${id}?fields=name`, undefined, {
      prefer: 'handling=strict',
    })
    assert.deepEqual([body, headers['lectern-ignored']], [{ name: 'E' }, undefined])
  })

  it('has no pattern that only some languages understand', () => {
    assert.doesNotMatch(JSON.stringify(document), /"pattern":"[^"]*\\\\[pP]\{/)
  })

  it('says how clients get a token, and which scope each operation needs', () => {
    const { securitySchemes } = document.components as any
    assert.deepEqual(securitySchemes.oauth2.flows.clientCredentials, {
      tokenUrl: '/api/v1/oauth2/token',
      scopes: { read: 'Every GET.', write: 'Everything else.' },
    })
    const { security } = document.paths['/api/v1/sessions']!.get as any
    assert.deepEqual(security, [{ bearer: [] }, { oauth2: ['read'] }])
    const { post } = document.paths['/api/v1/sessions'] as any
    assert.deepEqual(post.security, [{ bearer: [] }, { oauth2: ['write'] }])
  })

  it('has failures of OAuth in both dialects, as they are answered', async () => {
    const { content } = document.paths['/api/v1/oauth2/token']!.post!.responses['401']!
    assert.deepEqual(Object.keys(content!), ['application/json', 'application/problem+json'])
    const { status, body } = await raw({
      method: 'POST',
      url: '/api/v1/oauth2/token',
      headers: { accept: 'application/problem+json' },
      payload: { grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'nothing' },
    })
    const { request_id: _id, ...example } = content!['application/problem+json']!.example as object & {
      request_id: string
    }
    const { request_id: _own, ...answer } = body
    assert.deepEqual([status, answer], [401, example])
  })

  it('lists 412 of a seat that is claimed for an older version, and 414 of a path that is too long', async () => {
    const event = await make('events', { name: 'E' })
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2027-01-01' })
    const ada = await make('registrants', { event_id: event.id, email: 'ada@example.com' })
    const path = `/registrants/${ada.id}/session/${session.id}`
    assert.equal((await call('POST', path, undefined, { 'if-match': '"9-x"' })).status, 412)
    assert.equal((await call('PUT', `/events/external/${'x'.repeat(1300)}`, { name: 'E' })).status, 414)
  })

  it('names what every list and record can expand, from the same names by which they are read', () => {
    const lists = { events: eventLists, sessions: sessionLists, registrants: registrantLists }
    for (const [plural, { expansions }] of Object.entries(lists))
      for (const path of [`/api/v1/${plural}`, `/api/v1/${plural}/{id}`]) {
        const { parameters = [] } = document.paths[path]!.get!
        const { description } = parameters.find(({ name }) => name === 'expand')!
        assert.deepEqual(
          [...description!.matchAll(/`(\w+)`/g)].map(match => match[1]),
          expansions,
        )
      }
  })

  it('shows an example of every body and every answer', () => {
    const bare = operations.filter(
      ({ requestBody, responses }) =>
        !hasExample(requestBody?.content) ||
        !Object.values(responses).every(({ content }) => hasExample(content)),
    )
    assert.deepEqual(bare.map(nameOf), [])
  })

  it('has no member with a default, which generated clients send unasked, or demand', () => {
    const defaults = (path: string, node: unknown): string[] => {
      if (!node || typeof node !== 'object') return []
      const inner = Object.entries(node).flatMap(([name, value]) => defaults(`${path}/${name}`, value))
      return 'default' in node ? [path, ...inner] : inner
    }
    assert.deepEqual(defaults('', document.components.schemas), [])
    assert.match(
      (document.components.schemas.RegistrantInput as any).properties.registration_status.description,
      / Default: `confirmed`\.$/,
    )
  })

  it('asks for nothing in an update, and for the event in an upsert', () => {
    const required = (ending: string) =>
      Object.entries(document.components.schemas).flatMap(([name, schema]) =>
        name.endsWith(ending) ? [[name, schema.required ?? []]] : [],
      )
    const inEvents = [
      'Track',
      'Location',
      'Session',
      'Speaker',
      'Sponsor',
      'RegType',
      'RegistrantGroup',
      'Registrant',
      'CfsContact',
      'CfsSubmission',
    ]
    assert.deepEqual(
      required('Update').filter(([, names]) => names!.length > 0),
      [],
    )
    assert.deepEqual(Object.fromEntries(required('Upsert')), {
      EventUpsert: [],
      ContactUpsert: [],
      ...Object.fromEntries(inEvents.map(name => [`${name}Upsert`, ['event_id']])),
    })
  })

  it('has every operation: nothing but pages is registered beside the lists of them', () => {
    const registering = sources('src/**/*.ts').filter(({ text }) =>
      /\b(?:app|everyone|clients|authenticated|attendees)\.(?:get|post|put|patch|delete|route)\(/.test(text),
    )
    assert.deepEqual(
      registering.map(({ path }) => path),
      [
        'src/app.ts',
        'src/http/route.ts',
        'src/pages/own-page/routes.ts',
        'src/pages/public/images.ts',
        'src/pages/public/programme.ts',
        'src/pages/public/routes.ts',
        'src/pages/sign-in/routes.ts',
        'src/pages/styles.ts',
        'src/pages/submission-form/routes.ts',
        'src/pages/submitter-page/routes.ts',
      ],
    )
  })

  it('passes the linter, whose rules check the examples against their schemas', () => {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const lint = () =>
      execFileSync('node_modules/.bin/redocly', ['lint', 'docs/openapi.json', '--format=stylish'], {
        env,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    assert.doesNotThrow(lint)
  })
})

describe('GET /docs', () => {
  it('200 loads nothing from another host', async () => {
    const { status, headers, text } = await raw({ method: 'GET', url: '/docs' })
    assert.equal(status, 200)
    assert.match(headers['content-security-policy'], /^default-src 'self';/)
    assert.doesNotMatch(headers['content-security-policy'] + text, /https?:/)
  })
})
