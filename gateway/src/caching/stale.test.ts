import type { ServerResponse } from 'node:http'
import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { compose } from '../testing/library-graph.ts'
import { createMuseum, type Museum, museumSubgraphs } from '../testing/museum.ts'

let clock: FixedClock
let museum: Museum
let library: Library
beforeEach(async () => {
  clock = fixedClock(new Date())
  museum = createMuseum()
  library = await startLibrary({ definitions: museumSubgraphs(museum), clock })
})
afterEach(() => library.close())

const post = (query: string, headers: Record<string, string> = {}) => library.post({ query, headers })
const stop = (subgraph: string) => library.subgraphs.get(subgraph)?.close()

const EXHIBIT = '{ exhibit(id: "e1") { title } }'
const DATA = { data: { exhibit: { title: 'Astrolabe' } } }

test('the last good answer stands in for a subgraph that is gone, and says so', async () => {
  await post(EXHIBIT)
  await stop('exhibits')
  clock.advance(300_000)
  const { status, body, headers } = await post(EXHIBIT)
  expect([status, body]).toEqual([
    200,
    {
      ...DATA,
      extensions: { stale: [{ path: ['exhibit'], subgraph: 'exhibits', age_s: 300, code: 'SUBGRAPH_UNAVAILABLE' }] },
    },
  ])
  expect(headers.get('cache-control')).toBe('no-store')
})

test('it stands in for maxAge and staleIfError together, and not a moment longer', async () => {
  await post(EXHIBIT)
  await stop('exhibits')
  clock.advance(659_999)
  expect(await post(EXHIBIT)).toMatchObject({ body: DATA })
  clock.advance(1)
  expect(await post(EXHIBIT)).toMatchObject({
    body: { data: { exhibit: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] },
  })
})

test('it stands in under the supergraph that it was asked for, and not under one with another schema', async () => {
  await post(EXHIBIT)
  const sdl = (typeDefs: string) => typeDefs.replace('visitorCount: Int', 'visitorCount: Int guideCount: Int')
  const other = Object.entries(museumSubgraphs(museum)).map(([name, { typeDefs }]) => ({
    name,
    typeDefs: sdl(typeDefs),
    url: library.subgraphs.get(name)?.url ?? '',
  }))
  await library.gateway.serve(loadSupergraph(compose(other)))
  await stop('exhibits')
  expect(await post(EXHIBIT)).toMatchObject({ body: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } })
  await library.gateway.serve(loadSupergraph(library.sdl))
  expect(await post(EXHIBIT)).toMatchObject({ body: DATA })
})

test('entities of a subgraph that fails inside stand in beside what the others answer now', async () => {
  const query = '{ exhibit(id: "e1") { title likes } }'
  await post(query)
  museum.isVisitorsBroken = true
  museum.titles.set('e1', 'Sundial')
  clock.advance(61_000)
  expect((await post(query)).body).toEqual({
    data: { exhibit: { title: 'Sundial', likes: 12 } },
    extensions: {
      stale: [{ path: ['exhibit'], subgraph: 'visitors', age_s: 61, code: 'INTERNAL_SERVER_ERROR' }],
    },
  })
})

test('entities of several places that share a request stand in at each of them', async () => {
  const query = '{ one: exhibit(id: "e1") { likes } all: exhibits { likes } }'
  await post(query)
  const asked = library.subgraphs.get('visitors')?.calls.length
  museum.isVisitorsBroken = true
  clock.advance(31_000)
  const stale = { subgraph: 'visitors', age_s: 31, code: 'INTERNAL_SERVER_ERROR' }
  expect((await post(query)).body).toEqual({
    data: { one: { likes: 12 }, all: [{ likes: 12 }, { likes: 12 }] },
    extensions: {
      stale: [
        { path: ['one'], ...stale },
        { path: ['all'], ...stale },
      ],
    },
  })
  expect(asked).toBe(1)
})

describe('a client’s Cache-Control', () => {
  const REFUSED = { body: { data: { exhibit: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } }

  test('no-store keeps nothing that could stand in', async () => {
    await post(EXHIBIT, { 'cache-control': 'no-store' })
    await stop('exhibits')
    expect(await post(EXHIBIT)).toMatchObject(REFUSED)
  })

  test.each(['no-store', 'no-cache'])('%s is answered the error, and nothing from before', async (asked) => {
    await post(EXHIBIT)
    await stop('exhibits')
    clock.advance(61_000)
    expect(await post(EXHIBIT, { 'cache-control': asked })).toMatchObject(REFUSED)
    expect(await post(EXHIBIT, { 'cache-control': 'max-age=0' })).toMatchObject({ body: DATA })
  })

  test('what was asked with no-cache stands in for the next', async () => {
    await post(EXHIBIT, { 'cache-control': 'no-cache' })
    await stop('exhibits')
    clock.advance(61_000)
    expect(await post(EXHIBIT)).toMatchObject({ body: DATA })
  })
})

test('another operation that makes the same call is helped as well', async () => {
  await post('query One { exhibit(id: "e1") { title } visitorCount }')
  await post('query Two { exhibit(id: "e1") { title } }')
  await stop('exhibits')
  const { body } = await post('query Three { exhibit(id: "e1") { title } __typename }')
  expect(body).toMatchObject({ ...DATA, extensions: { stale: [{ subgraph: 'exhibits' }] } })
})

test.each([
  ['without staleIfError', '{ wing { name } }', { wing: null }],
  [
    'beside a field that may not be kept',
    '{ exhibit(id: "e1") { title } visitorCount }',
    { exhibit: null, visitorCount: null },
  ],
])('nothing stands in for a call %s', async (_, query, data) => {
  await post(query)
  await stop('exhibits')
  clock.advance(61_000)
  expect(await post(query)).toMatchObject({ body: { data, errors: expect.anything() } })
})

test('what is gone does not come back out of an older answer', async () => {
  await post(EXHIBIT)
  museum.titles.delete('e1')
  clock.advance(61_000)
  expect((await post(EXHIBIT)).body).toEqual({ data: { exhibit: null } })
  await stop('exhibits')
  clock.advance(10_000)
  expect(await post(EXHIBIT)).toMatchObject({ body: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } })
})

test('a mutation is never answered from before', async () => {
  const mutation = 'mutation { rename(id: "e1", title: "Sundial") { title } }'
  await post(mutation)
  await stop('exhibits')
  expect(await post(mutation)).toMatchObject({ body: { data: { rename: null }, errors: expect.anything() } })
})

describe('degrade rules', () => {
  const LIKES = '{ exhibit(id: "e1") { likes } }'
  const rule = { name: 'visitors', subgraph: 'visitors', enabled: true } as const

  test('SKIP leaves a subgraph alone: its fields are null at once, with a code and the rule', async () => {
    library.gateway.degradeRules.replace([{ ...rule, action: 'SKIP' }], 'test')
    expect(await post(LIKES)).toMatchObject({
      body: {
        data: { exhibit: { likes: null } },
        errors: [{ path: ['exhibit'], extensions: { code: 'DEGRADED', subgraph: 'visitors', rule: 'visitors' } }],
      },
    })
    expect(library.subgraphs.get('visitors')?.calls).toHaveLength(0)
    library.gateway.degradeRules.replace([{ ...rule, action: 'SKIP', enabled: false }], 'test')
    expect((await post(LIKES)).body).toEqual({ data: { exhibit: { likes: 12 } } })
  })

  test.each(['SKIP', 'STALE'] as const)('%s answers from before where it can', async (action) => {
    await post(LIKES)
    library.gateway.degradeRules.replace([{ ...rule, action }], 'test')
    clock.advance(61_000)
    expect((await post(LIKES)).body).toEqual({
      data: { exhibit: { likes: 12 } },
      extensions: { stale: [{ path: ['exhibit'], subgraph: 'visitors', age_s: 61, code: 'DEGRADED' }] },
    })
    expect(library.subgraphs.get('visitors')?.calls).toHaveLength(1)
  })

  test('STALE asks where there is nothing from before', async () => {
    library.gateway.degradeRules.replace([{ ...rule, action: 'STALE' }], 'test')
    expect((await post(LIKES)).body).toEqual({ data: { exhibit: { likes: 12 } } })
  })

  test('a rule about fields leaves other calls to the subgraph alone', async () => {
    library.gateway.degradeRules.replace([{ ...rule, fields: ['Exhibit.likes'], action: 'SKIP' }], 'test')
    expect((await post('{ exhibit(id: "e1") { comments } }')).body).toEqual({ data: { exhibit: { comments: 2 } } })
    expect(await post(LIKES)).toMatchObject({ body: { errors: [{ extensions: { code: 'DEGRADED' } }] } })
  })

  test('a rule about errors begins when enough calls have failed, and ends when they are long ago', async () => {
    const when = { errorRate: 0.5, window_s: 30, calls_min: 4 }
    library.gateway.degradeRules.replace([{ ...rule, when, action: 'SKIP' }], 'test')
    const codes = async () => {
      const { body } = await post('{ exhibit(id: "e1") { likes comments } }')
      return (body as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code
    }
    const told = [await codes(), await codes()]
    museum.isVisitorsBroken = true
    told.push(await codes(), await codes(), await codes())
    museum.isVisitorsBroken = false
    expect(library.gateway.degradeRules.list()).toMatchObject([{ state: 'ACTING', calls: 4, badShare: 0.5 }])
    clock.advance(33_000)
    told.push(await codes())
    const failed = 'INTERNAL_SERVER_ERROR'
    expect(told).toEqual([undefined, undefined, failed, failed, 'DEGRADED', undefined])
  })

  test('a rule about errors is not brought about by requests that the subgraph cannot take', async () => {
    await library.close()
    const intercept = { visitors: (_: unknown, response: ServerResponse) => !!response.writeHead(431).end() }
    library = await startLibrary({ definitions: museumSubgraphs(museum), clock, intercept })
    const when = { errorRate: 0.1, window_s: 30, calls_min: 1 }
    library.gateway.degradeRules.replace([{ ...rule, when, action: 'SKIP' }], 'test')
    for (const _ of [1, 2])
      expect(await post(LIKES)).toMatchObject({ body: { errors: [{ extensions: { reason: 'REFUSED' } }] } })
    expect(library.gateway.degradeRules.list()).toMatchObject([{ state: 'WATCHING', calls: 2, badShare: 0 }])
  })

  test.each([
    ['by a code', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    ['by its status alone', {}],
  ])('a rule about errors is not brought about by what a subgraph says %s to be not valid', async (_way, said) => {
    await library.close()
    const refusal = JSON.stringify({ errors: [{ message: 'x', ...said }] })
    const intercept = { visitors: (_: unknown, response: ServerResponse) => !!response.writeHead(400).end(refusal) }
    library = await startLibrary({ definitions: museumSubgraphs(museum), clock, intercept })
    const when = { errorRate: 0.1, window_s: 30, calls_min: 1 }
    library.gateway.degradeRules.replace([{ ...rule, when, action: 'SKIP' }], 'test')
    for (const _ of [1, 2])
      expect(await post(LIKES)).toMatchObject({ body: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } })
    expect(library.gateway.degradeRules.list()).toMatchObject([{ state: 'WATCHING', calls: 2, badShare: 0 }])
  })

  test('a mutation is made whatever the rules say', async () => {
    library.gateway.degradeRules.replace([{ name: 'all', subgraph: 'exhibits', action: 'SKIP', enabled: true }], 'test')
    expect((await post('mutation { rename(id: "e1", title: "Sundial") { title } }')).body).toEqual({
      data: { rename: { title: 'Sundial' } },
    })
  })
})
