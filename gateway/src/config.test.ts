import { describe, expect, test } from 'vitest'
import { readGatewayConfig } from './config.ts'

const REQUIRED = {
  SIGNING_KEYS: `one:${'x'.repeat(32)}`,
  JWKS_URL: 'http://issuer.example/jwks.json',
  JWT_ISSUER: 'http://issuer.example',
  JWT_AUDIENCE: 'carriergraph',
}

const read = (env: Record<string, string> = {}) => readGatewayConfig({ ...REQUIRED, ...env })

test('what is required is enough: port 4000 on loopback, the committed supergraph, everything explorable', () => {
  expect(read()).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    workers: 1,
    supergraphFile: expect.stringMatching(/\/schema\/supergraph\.graphql$/),
    subgraphUrls: new Map(),
    allowedOrigins: ['*'],
    introspection: true,
    playground: true,
    playgroundToken: undefined,
  })
})

test('production shows nobody the graph, and gives nobody a token', () => {
  const env = { NODE_ENV: 'production', PLAYGROUND_TOKEN: 'secret' }
  expect(read(env)).toMatchObject({ introspection: false, playground: false, playgroundToken: undefined })
  expect(read({ PLAYGROUND_TOKEN: 'secret' })).toMatchObject({ playgroundToken: 'secret' })
})

test.each([
  [{ INTROSPECTION: 'off' }, { introspection: false, playground: true }],
  [{ PLAYGROUND: 'off' }, { introspection: true, playground: false }],
  [
    { NODE_ENV: 'production', INTROSPECTION: 'on' },
    { introspection: true, playground: false },
  ],
  [
    { NODE_ENV: 'production', PLAYGROUND: 'on', PLAYGROUND_TOKEN: 'x' },
    { playground: true, playgroundToken: undefined },
  ],
])('%j shows %j', (env, shown) => {
  expect(read(env as Record<string, string>)).toMatchObject(shown)
})

test('lists of operations are taken where it is said how long they may be', () => {
  expect([read().limits.batch_max, read({ BATCH_MAX: '5' }).limits.batch_max]).toEqual([0, 5])
})

test('subgraphs are found elsewhere than the supergraph says', () => {
  const { subgraphUrls } = read({
    SUBGRAPH_URLS: 'a=http://a.example/graphql|http+unix:///run/a.sock:/graphql, b=https://b.example/q?x=1',
  })
  expect(Object.fromEntries(subgraphUrls)).toEqual({
    a: ['http://a.example/graphql', 'http+unix:///run/a.sock:/graphql'],
    b: ['https://b.example/q?x=1'],
  })
})

test('the client’s language is passed on to subgraphs, unless other headers are named', () => {
  expect(read().subgraphHeaders).toEqual(['accept-language'])
  expect(read({ SUBGRAPH_HEADERS: 'X-Channel, x-device' }).subgraphHeaders).toEqual(['x-channel', 'x-device'])
})

test('limits are set by name', () => {
  const { limits } = read({
    DEPTH_MAX: '3',
    TOKENS_MAX: '4',
    BODY_BYTES_MAX: '5',
    SUBGRAPH_DEADLINE_MS: '6',
    UPSTREAM_LOST_MS_MAX: '7',
    PLANNER_THREADS: '8',
    PLAN_MS_MAX: '9',
  })
  expect(limits).toMatchObject({
    operation: { depth_max: 3 },
    tokens_max: 4,
    body_bytes_max: 5,
    subgraph: { deadline_ms: 6 },
    upstream: { lost_ms_max: 7 },
    planner: { threads: 8, plan_ms_max: 9 },
  })
})

describe('faults', () => {
  test.each(['0', '257', 'many'])('%s workers are none', (WORKERS) => {
    expect(() => read({ WORKERS })).toThrow(/^The configuration is wrong:\n {2}WORKERS: expected/)
  })

  test('are reported together', () => {
    expect(() => readGatewayConfig({ PORT: 'x', SUBGRAPH_URLS: 'a=ftp://a.example,b', DEPTH_MAX: '0' })).toThrow(
      /PORT:[\s\S]*SUBGRAPH_URLS: a=ftp[\s\S]*SIGNING_KEYS:[\s\S]*JWKS_URL:[\s\S]*DEPTH_MAX:/,
    )
  })

  test.each(['Connection', 'X-CarrierGraph-Signature', 'x-carriergraph-actor', 'authorization', 'host', 'two words'])(
    'include %s among the headers to pass on',
    (name) => {
      expect(() => read({ SUBGRAPH_HEADERS: `x-fine,${name}` })).toThrow(`SUBGRAPH_HEADERS: ${name} cannot`)
    },
  )

  test('include a subgraph with one URL that is none', () => {
    expect(() => read({ SUBGRAPH_URLS: 'a=http://a.example|b.example' })).toThrow(/SUBGRAPH_URLS: a=http:/)
  })

  test('include a subgraph that is named twice', () => {
    expect(() => read({ SUBGRAPH_URLS: 'a=http://a.example,a=http://b.example' })).toThrow(/a=http:\/\/b\.example/)
  })
})
