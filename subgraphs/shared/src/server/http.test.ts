import { createServer, request as rawRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTokenVerifier } from '../auth/verify.ts'
import { READER, startIssuer } from './issuer.fixture.ts'
import { listen } from './listen.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

let subgraph: TestSubgraph
beforeAll(async () => {
  subgraph = await new TestSubgraph().start({ limits: { body_bytes_max: 2000 } })
})
afterAll(() => subgraph[Symbol.asyncDispose]())

const codesOf = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) =>
  errors?.map(({ extensions }) => extensions.code)

describe('a signed operation', () => {
  test('is executed, without a token as the anonymous actor', async () => {
    expect(await subgraph.ask('{ hello }')).toEqual({ status: 200, data: { hello: 'hello' } })
    const answer = await subgraph.ask('{ hello me }')
    expect(answer.data).toEqual({ hello: 'hello', me: null })
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' } }])
  })

  test('runs as the actor of its token, and policies are asked', async () => {
    const token = await subgraph.token()
    const query = 'query ($of: [_Any!]!) { me _entities(representations: $of) { ... on Book { id } } }'
    const variables = { of: [{ __typename: 'Book', id: '1' }] }
    expect(await subgraph.ask(query, { token, variables })).toMatchObject({
      data: { me: READER, _entities: [{ id: '1' }] },
    })
    const other = await subgraph.token({ sub: 'svc:billing', roles: ['service'] })
    expect(codesOf(await subgraph.ask(query, { token: other, variables }))).toEqual(['FORBIDDEN'])
  })

  test('carries its correlation id into resolvers and back, or gets a new one', async () => {
    const response = await subgraph.post('{ correlationIds }', { headers: { 'x-correlation-id': 'request-0001' } })
    expect(response.headers.get('x-correlation-id')).toBe('request-0001')
    expect(await response.json()).toEqual({ data: { correlationIds: ['request-0001', 'request-0001'] } })
    const other = await subgraph.post('{ correlationIds }', { headers: { 'x-correlation-id': 'bad id' } })
    expect(other.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('may introspect and read the SDL', async () => {
    const answer = await subgraph.ask('{ __schema { queryType { name } } _service { sdl } }')
    expect(answer).toMatchObject({ data: { _service: { sdl: expect.stringContaining('type Book') } } })
  })

  test('tells nobody how long its resolvers took, whoever asks in the way of Apollo', async () => {
    const headers = { 'apollo-federation-include-trace': 'ftv1' }
    expect(await subgraph.ask('{ hello }', { headers })).toEqual({ status: 200, data: { hello: 'hello' } })
  })

  test("masks a resolver's error, and logs it under the correlation id", async () => {
    const answer = await subgraph.ask('{ broken }', { headers: { 'x-correlation-id': 'request-0002' } })
    expect(answer.errors).toEqual([
      {
        message: 'Internal error',
        path: ['broken'],
        locations: expect.anything(),
        extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'request-0002' },
      },
    ])
    const logged = subgraph.inside.lines.find((line) => line.includes('request-0002')) ?? ''
    expect(logged).toContain('relation \\"card\\" does not exist')
  })
})

describe('refuses with 401, and runs nothing:', () => {
  test.each([
    ['no signature', { headers: { 'x-carriergraph-signature': '' } }, 'SIGNATURE_MISSING'],
    ['something else than a signature', { headers: { 'x-carriergraph-signature': 'x' } }, 'SIGNATURE_MALFORMED'],
    ['the signature of another body', { sign: { body: '{}' } }, 'SIGNATURE_INVALID'],
    ['the signature of another path', { sign: { path: '/' } }, 'SIGNATURE_INVALID'],
    ['the signature of another key', { sign: { keys: [{ kid: 'who', secret: 's' }] } }, 'UNKNOWN_KEY'],
    ['a guessed secret', { sign: { keys: [{ kid: 'test', secret: 'guess' }] } }, 'SIGNATURE_INVALID'],
    ['an old signature', { sign: { now: new Date('2026-11-21T11:59:29Z') } }, 'SIGNATURE_EXPIRED'],
  ] as const)('%s', async (_case, options, code) => {
    const answer = await subgraph.ask('{ hello }', options as Parameters<TestSubgraph['ask']>[1])
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code } }] })
    expect(answer).not.toHaveProperty('data')
  })

  test('the same request a second time', async () => {
    const sign = { nonce: 'nonce-of-16-char' }
    expect((await subgraph.ask('{ hello }', { sign })).status).toBe(200)
    expect(await subgraph.ask('{ hello }', { sign })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'NONCE_REUSED' } }],
    })
  })

  test('an expired token', async () => {
    const token = await subgraph.token({ exp: subgraph.clock().getTime() / 1000 - 1 })
    expect(await subgraph.ask('{ hello }', { token })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' } }],
    })
  })

  test('a forged token', async () => {
    const [header, , signature] = (await subgraph.token()).split('.')
    const claims = Buffer.from(JSON.stringify({ sub: READER, tenant: 'other' })).toString('base64url')
    expect(await subgraph.ask('{ hello }', { token: `${header}.${claims}.${signature}` })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' } }],
    })
  })
})

describe('refuses with the status and code that say why:', () => {
  const send = (body: string, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(subgraph.url, {
      method,
      ...(method === 'POST' && { body }),
      headers: {
        'content-type': 'application/json',
        'x-carriergraph-signature': subgraph.sign({ body, method }),
        ...headers,
      },
    })

  test.each([
    ['a body that is not JSON', '{', {}, 400, 'BAD_REQUEST'],
    ['a batch', '[]', {}, 400, 'BAD_REQUEST'],
    ['a form', 'query={hello}', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body above the limit', 'x'.repeat(2001), {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['an operation that is not valid', '{"query":"{ nope }"}', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation that is not GraphQL', '{"query":"{"}', {}, 400, 'GRAPHQL_PARSE_FAILED'],
    ['no operation', '{}', {}, 400, 'BAD_REQUEST'],
  ])('%s', async (_case, body, headers, status, code) => {
    const response = await send(body, headers)
    expect(response.status).toBe(status)
    expect(codesOf((await response.json()) as object)).toEqual([code])
  })

  test('GET, also when it is signed', async () => {
    const response = await send('', {}, 'GET')
    expect(response.status).toBe(405)
    expect(codesOf((await response.json()) as object)).toEqual(['METHOD_NOT_ALLOWED'])
  })

  test('another path', async () => {
    const response = await fetch(new URL('/', subgraph.url))
    expect(response.status).toBe(404)
    expect(codesOf((await response.json()) as object)).toEqual(['NOT_FOUND'])
  })

  test('a body above the limit that did not say how long it is', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-carriergraph-signature': 'x' }
      const request = rawRequest(subgraph.url, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      request.write('x'.repeat(3000))
    })
    expect(status).toBe(413)
  })
})

test('a caller that leaves in the middle of its body is no error', async () => {
  const before = subgraph.inside.lines.length
  await new Promise<void>((resolve) => {
    const headers = { 'x-carriergraph-signature': 'x', 'content-length': '100' }
    const request = rawRequest(subgraph.url, { method: 'POST', headers })
    request.on('error', () => resolve())
    request.write('{', () => request.destroy(new Error('gone')))
  })
  expect(await subgraph.ask('{ hello }')).toMatchObject({ status: 200 })
  expect(subgraph.inside.lines.slice(before)).toEqual([])
})

test('tells a resolver by its signal that the caller has left', async () => {
  await using own = await new TestSubgraph().start()
  const body = JSON.stringify({ query: '{ slow }' })
  const headers = { 'content-type': 'application/json', 'x-carriergraph-signature': own.sign({ body }) }
  const request = rawRequest(own.url, { method: 'POST', headers })
  request.on('error', () => undefined)
  request.end(body)
  await own.inside.slowBegan.promise
  request.destroy()
  await own.inside.slowAborted.promise
  own.inside.release.resolve('late')
})

test('an issuer that is down is SERVICE_UNAVAILABLE, not a sign-out, and is logged', async () => {
  const issuer = await startIssuer()
  await issuer[Symbol.asyncDispose]()
  await using own = await new TestSubgraph().start({
    verifier: createTokenVerifier({
      jwksUrl: issuer.jwksUrl,
      issuer: 'issuer',
      audience: 'graph',
      algorithms: ['ES256'],
      clock: subgraph.clock,
      leeway_s: 0,
    }),
  })
  expect(await own.ask('{ hello }', { token: await own.token() })).toMatchObject({
    status: 503,
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
  })
  expect(own.inside.lines.join('')).toContain('ECONNREFUSED')
})

test('a port in use is one sentence that says what to do', async () => {
  const holder = createServer()
  const port = await listen(holder, 0, '127.0.0.1')
  await expect(new TestSubgraph().start({ port })).rejects.toThrow(
    `Port ${port} is in use: stop what listens there, or choose another port.`,
  )
  await new Promise((resolve) => holder.close(resolve))
})
