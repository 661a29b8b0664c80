// What the environment asks for is there in the gateway as it is started: each part has tests of its own elsewhere.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import { type OperationDefinitionNode, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOperations } from './playground/operations.ts'
import { GatewayProcess } from './testing/gateway-process.ts'
import { compose } from './testing/library-graph.ts'
import { cachingHeader } from './testing/museum.ts'
import { isRedisInstalled, RedisProcess } from './testing/redis.ts'
import { startToySubgraph, type ToyContext, type ToySubgraph } from './testing/subgraph-server.ts'

const PATIENTLY = { timeout: 30_000, interval: 20 }
const POLL_MS = '20'
const QUOTA = 2

test.runIf(process.env.CI)('redis-server is installed where continuous integration runs', () => {
  expect(isRedisInstalled).toBe(true)
})

describe('a gateway in production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carriergraph-main-'))
  const files = {
    SUPERGRAPH_FILE: join(folder, 'supergraph.graphql'),
    PERSISTED_DOCUMENTS_FILES: join(folder, 'documents.json'),
    DEGRADE_RULES_FILE: join(folder, 'rules.json'),
  }
  const typeDefs = `${cachingHeader('"@shareable"')}
    type Query { weight: Int @cacheControl(maxAge: 86400) height: Int language: String undisclosed: String }`
  const resolvers = {
    Query: {
      weight: () => 7,
      height: () => 3,
      language: (_: unknown, _args: unknown, { headers }: ToyContext) => headers['x-language'],
      undisclosed: (_: unknown, _args: unknown, { headers }: ToyContext) => headers['x-undisclosed'],
    },
  }
  const redis = new RedisProcess()
  let scales: ToySubgraph
  let gateway: GatewayProcess
  let url: string

  /** As editors and orchestrators do it: whoever reads meanwhile reads one of both. */
  function write(path: string, text: string): void {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  }
  const putSupergraph = (sdl: string) =>
    write(files.SUPERGRAPH_FILE, compose([{ name: 'scales', url: scales.url, typeDefs: sdl }]))
  const putDocuments = (documents: Record<string, string>) =>
    write(files.PERSISTED_DOCUMENTS_FILES, JSON.stringify(documents))
  const putRules = (...rules: readonly unknown[]) => write(files.DEGRADE_RULES_FILE, JSON.stringify({ rules }))

  let clients = 0
  /** Each request is that of another client unless one is named. */
  async function ask(body: Record<string, string>, headers: Record<string, string> = {}) {
    clients += 1
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        'x-forwarded-for': `10.0.${clients >> 8}.${clients & 255}`,
        ...headers,
      },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const statusOf = async (body: Record<string, string>, headers = {}) => (await ask(body, headers)).status

  beforeAll(async () => {
    scales = await startToySubgraph({ typeDefs, resolvers })
    putSupergraph(typeDefs)
    putDocuments({ heavy: '{ weight }' })
    putRules({ name: 'no-heights', subgraph: 'scales', fields: ['Query.height'], action: 'SKIP' })
    if (isRedisInstalled) await redis.start()
    gateway = new GatewayProcess({
      ...files,
      SUPERGRAPH_POLL_MS: POLL_MS,
      PERSISTED_DOCUMENTS_POLL_MS: POLL_MS,
      DEGRADE_RULES_POLL_MS: POLL_MS,
      NODE_ENV: 'production',
      PERSISTED_DOCUMENTS: 'allow',
      OVERLOAD_DELAY_MS: 'off',
      CLIENT_REQUESTS_MAX: String(QUOTA),
      QUOTA_WINDOW_S: '86400',
      TRUSTED_PROXIES: 'loopback',
      SUBGRAPH_HEADERS: 'x-language',
      ...(isRedisInstalled && { REDIS_URL: redis.url }),
    })
    url = (await gateway.logged('gateway is ready'))[0]?.url ?? ''
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await Promise.all([scales.close(), redis.kill()])
    rmSync(folder, { recursive: true })
  })

  test('tells nobody its schema', async () => {
    const { status, body } = await ask({ query: '{ __schema { queryType { name } } }' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ message: expect.stringContaining('introspection is off') }] })
  })

  test('passes on the headers that SUBGRAPH_HEADERS names, and no others', async () => {
    const headers = { 'x-language': 'de', 'x-undisclosed': 'secret' }
    expect((await ask({ query: '{ language undisclosed }' }, headers)).body).toEqual({
      data: { language: 'de', undisclosed: null },
    })
  })

  test('counts the requests of a client, whom a trusted proxy names, and of no other', async () => {
    const one = { 'x-forwarded-for': '192.0.2.1' }
    const other = { 'x-forwarded-for': '192.0.2.2' }
    const query = '{ __typename }'
    for (let asked = 0; asked < QUOTA; asked++) expect(await statusOf({ query }, one)).toBe(200)
    await expect.poll(() => statusOf({ query }, one), PATIENTLY).toBe(429)
    expect(await statusOf({ query }, other)).toBe(200)
  })

  test('follows the rules of DEGRADE_RULES_FILE', async () => {
    expect((await ask({ query: '{ height }' })).body).toMatchObject({ errors: [{ extensions: { code: 'DEGRADED' } }] })
    putRules()
    await expect.poll(async () => (await ask({ query: '{ height }' })).body, PATIENTLY).toEqual({ data: { height: 3 } })
  })

  test('follows the manifests of PERSISTED_DOCUMENTS_FILES', async () => {
    expect([await statusOf({ documentId: 'heavy' }), await statusOf({ documentId: 'named' })]).toEqual([200, 400])
    putDocuments({ named: '{ __typename }' })
    await expect.poll(() => statusOf({ documentId: 'named' }), PATIENTLY).toBe(200)
    expect(await statusOf({ documentId: 'heavy' })).toBe(400)
  })

  test('follows SUPERGRAPH_FILE', async () => {
    const query = '{ breadth }'
    expect(await statusOf({ query })).toBe(400)
    putSupergraph(typeDefs.replace('height: Int', 'height: Int breadth: Int'))
    await expect.poll(() => statusOf({ query }), PATIENTLY).toBe(200)
  })

  test.runIf(isRedisInstalled)('keeps answers in the Redis of REDIS_URL', async () => {
    const client = await createClient({ url: redis.url }).connect()
    const kept = async () => {
      await ask({ query: '{ weight }' })
      return (await client.keys('gateway:cache:*')).length
    }
    await expect.poll(kept, PATIENTLY).toBeGreaterThan(0)
    client.destroy()
  })
})

test('the operations of schema/operations are planned before anybody asks for them', async () => {
  await using gateway = new GatewayProcess({ METRICS_PORT: '0' })
  const [served] = await gateway.logged('metrics are served')
  const operations = (await readOperations())
    .flatMap(({ query }) => parse(query).definitions)
    .filter((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition')
  const planned = async () => {
    const text = await (await fetch(`http://127.0.0.1:${served?.port}/metrics`)).text()
    return Number(/^gateway_planner_duration_seconds_count\{outcome="ok"\} (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  await expect.poll(planned, PATIENTLY).toBe(operations.length)
})
