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

test('documents have to be registered in production, unless somebody decides otherwise', () => {
  const modeOf = (env: Record<string, string>) => read(env).persistedDocuments.mode
  expect(modeOf({})).toBe('allow')
  expect(modeOf({ NODE_ENV: 'production' })).toBe('require')
  expect(modeOf({ NODE_ENV: 'production', PERSISTED_DOCUMENTS: 'allow' })).toBe('allow')
  expect(read().persistedDocuments.files).toEqual([expect.stringMatching(/\/schema\/persisted-documents\.json$/)])
  expect(read({ PERSISTED_DOCUMENTS_FILES: 'a.json, b.json' }).persistedDocuments.files).toEqual(['a.json', 'b.json'])
})

test('quotas and load shedding stand in production, and elsewhere where they are set', () => {
  const none = { client_requests_max: undefined, user_operations_max: undefined, user_cost_max: undefined }
  expect(read().gate).toEqual({ redisUrl: undefined, quotas: { window_s: 60, ...none }, overload: undefined })
  const production = { NODE_ENV: 'production' }
  expect(read(production).gate).toMatchObject({
    quotas: { client_requests_max: 6_000, user_operations_max: 1_200, user_cost_max: 1_000_000 },
    overload: { delay_ms_max: 200, delay_ms_full: 2_000 },
  })
  const off = { CLIENT_REQUESTS_MAX: 'off', USER_OPERATIONS_MAX: 'off', USER_COST_MAX: 'off', OVERLOAD_DELAY_MS: 'off' }
  expect(read({ ...production, ...off }).gate).toMatchObject({ quotas: none, overload: undefined })
  const set = { QUOTA_WINDOW_S: '5', USER_COST_MAX: '7', OVERLOAD_DELAY_MS: '30', REDIS_URL: 'redis://redis.example' }
  expect(read(set).gate).toEqual({
    redisUrl: 'redis://redis.example',
    quotas: { ...none, window_s: 5, user_cost_max: 7 },
    overload: { delay_ms_max: 30, delay_ms_full: 300 },
  })
})

test('proxies are trusted by address only', () => {
  expect(read().trustedProxies).toEqual([])
  expect(read({ TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' }).trustedProxies).toEqual(['loopback', '10.0.0.0/8'])
  expect(() => read({ TRUSTED_PROXIES: 'proxy.example' })).toThrow(/TRUSTED_PROXIES: .*proxy\.example/)
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
    SUBGRAPH_CALLS_PER_CONNECTION: '16',
    CACHE_BYTES_MAX: '8',
    UPSTREAM_LOST_MS_MAX: '7',
    ALIASES_MAX: '8',
    ROOT_FIELDS_MAX: '9',
    VARIABLES_BYTES_MAX: '10',
    LIST_ITEMS_MAX: '11',
    PAGE_ITEMS_MAX: '12',
    COST_MAX: '13',
    PLANNER_THREADS: '14',
    PLAN_MS_MAX: '15',
  })
  expect(limits).toMatchObject({
    operation: { depth_max: 3, aliases_max: 8, root_fields_max: 9 },
    variables: { bytes_max: 10, list_items_max: 11 },
    cost: { page_items_max: 12, cost_max: 13 },
    tokens_max: 4,
    body_bytes_max: 5,
    subgraph: { deadline_ms: 6, connection: { calls_max: 16 } },
    upstream: { lost_ms_max: 7 },
    planner: { threads: 14, plan_ms_max: 15 },
    cache: { memory_bytes_max: 8 },
  })
})

test.each(['2000', '4000000'])('a body of %s bytes is what a message over WebSocket carries, too', (BODY_BYTES_MAX) => {
  const { body_bytes_max, websocket } = read({ BODY_BYTES_MAX }).limits
  expect(body_bytes_max).toBe(Number(BODY_BYTES_MAX))
  const body = JSON.stringify({ query: '{a}' }).padEnd(body_bytes_max)
  const message = `{"id":"${crypto.randomUUID()}","type":"subscribe","payload":${body}}`
  expect(websocket.message_bytes_max).toBeGreaterThanOrEqual(message.length)
  expect(websocket.message_bytes_max).toBeLessThanOrEqual(body_bytes_max + 1_024)
})

test('answers are kept in this process unless there is a Redis', () => {
  expect(read().redisUrl).toBeUndefined()
  expect(read({ REDIS_URL: 'rediss://redis.example:6380/2' }).redisUrl).toBe('rediss://redis.example:6380/2')
  expect(() => read({ REDIS_URL: 'http://redis.example' })).toThrow(/REDIS_URL/)
})

test('degrade rules are followed in a file that is named', () => {
  const { degradeRulesFile, degradeRulesPoll_ms } = read({ DEGRADE_RULES_FILE: 'rules.json' })
  expect([read().degradeRulesFile, degradeRulesFile, degradeRulesPoll_ms]).toEqual([undefined, 'rules.json', 2_000])
})

describe('faults', () => {
  test.each(['0', '257', 'many'])('%s workers are none', (WORKERS) => {
    expect(() => read({ WORKERS })).toThrow(/^The configuration is wrong:\n {2}WORKERS: expected/)
  })

  test('a body of more than a process can hold as one text is none', () => {
    expect(() => read({ BODY_BYTES_MAX: '4294967296' })).toThrow('BODY_BYTES_MAX: expected at most 268435456')
  })

  test('are reported together', () => {
    expect(() => readGatewayConfig({ PORT: 'x', SUBGRAPH_URLS: 'a=ftp://a.example,b', DEPTH_MAX: '0' })).toThrow(
      /PORT:[\s\S]*SUBGRAPH_URLS: entry 1[\s\S]*SIGNING_KEYS:[\s\S]*JWKS_URL:[\s\S]*DEPTH_MAX:/,
    )
  })

  test.each(['Connection', 'X-CarrierGraph-Signature', 'x-carriergraph-actor', 'authorization', 'host', 'two words'])(
    'include %s among the headers to pass on',
    (name) => {
      expect(() => read({ SUBGRAPH_HEADERS: `x-fine,${name}` })).toThrow(`SUBGRAPH_HEADERS: ${name} cannot`)
    },
  )

  test('include a subgraph with one URL that is none', () => {
    expect(() => read({ SUBGRAPH_URLS: 'a=http://a.example|b.example' })).toThrow('SUBGRAPH_URLS: entry 1 is not')
  })

  test.each([
    ['NODE_ENV', 'Production'],
    ['SUPERGRAPH_POLL_MS', '999999999999'],
    ['PERSISTED_DOCUMENTS_POLL_MS', '2147483648'],
    ['DEGRADE_RULES_POLL_MS', '0'],
    ['SUBGRAPH_DEADLINE_MS', '999999999999'],
    ['UPSTREAM_LOST_MS_MAX', '999999999999'],
    ['PLAN_MS_MAX', '999999999999'],
    ['REQUEST_LOG_SLOW_MS', '999999999999'],
    ['OVERLOAD_DELAY_MS', '999999999999'],
    ['QUOTA_WINDOW_S', '2147484'],
    ['CORS_ORIGINS', 'nonsense'],
    ['CORS_ORIGINS', 'https://a.example,https://b.example/'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['CORS_ORIGINS', 'https://A.example'],
    ['CORS_ORIGINS', 'https://a.example:443'],
    ['CORS_ORIGINS', 'https://*.a.example'],
    ['REDIS_URL', 'redis://redis.example/abc'],
    ['REDIS_URL', 'redis://user:100%@redis.example'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization Bearer'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=100%'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'cookie=a;b'],
  ])('%s is not %s', (variable, value) => {
    expect(() => read({ [variable]: value })).toThrow(`The configuration is wrong:\n  ${variable}: `)
  })

  test.each([
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example,http://[::1]:5173,capacitor://localhost'],
    ['REDIS_URL', 'redis://user:p%2Fw@redis.example:6379/3'],
    ['SUPERGRAPH_POLL_MS', '2147483647'],
    ['QUOTA_WINDOW_S', '2147483'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20x==, x-scope = a b'],
  ])('%s may be %s', (variable, value) => {
    expect(() => read({ [variable]: value })).not.toThrow()
  })

  test.each([
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization pa55'],
    ['REDIS_URL', 'redis://user:pa55@redis.example/abc'],
    ['JWKS_URL', 'https://user:pa55@issuer.example/jwks'],
    ['SUBGRAPH_URLS', 'a=ftp://user:pa55@a.example/graphql'],
    ['SUBGRAPH_URLS', 'http://user:pa55@a.example/graphql?b=c'],
    ['REDIS_URL', 'http://user:pa55@redis.example'],
  ])('of %s do not repeat a password', (variable, value) => {
    let message = ''
    try {
      read({ [variable]: value })
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain(variable)
    expect(message).not.toContain('pa55')
  })

  test('include a subgraph that is named twice', () => {
    expect(() => read({ SUBGRAPH_URLS: 'a=http://a.example,a=http://b.example' })).toThrow('entry 2 is not')
  })
})
