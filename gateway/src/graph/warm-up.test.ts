import { createLog } from '@carriergraph/shared/log.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { trustDocuments } from '../persisted/trusted.ts'
import { createApolloPlanner } from '../planner/apollo-planner.ts'
import type { Planner } from '../planner/planner.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { toyCaching } from '../testing/caching.ts'
import { ToyJournal } from '../testing/journal.ts'
import { authorsSubgraph, booksSubgraph, compose, reviewsSubgraph } from '../testing/library-graph.ts'
import { startWatchedLibrary, type WatchedLibrary } from '../testing/watched-library.ts'
import { createGraph, type Graph } from './graph.ts'
import { plannedLately, warmUp } from './warm-up.ts'

const log = createLog({ service: 'test', level: 'silent' })
const supergraph = loadSupergraph(
  compose(
    Object.entries({
      books: booksSubgraph(new ToyJournal()),
      authors: authorsSubgraph(),
      reviews: reviewsSubgraph(),
    }).map(([name, { typeDefs }]) => ({ name, typeDefs, url: `http://${name}.example/` })),
  ),
)

let planned: string[]
let graph: Graph
beforeEach(() => {
  planned = []
  const planner = createApolloPlanner(supergraph.plannable)
  const counting: Planner = {
    ...planner,
    planOperation(document, operationName, urgency) {
      planned.push(`${operationName} ${urgency}`)
      return planner.planOperation(document, operationName, urgency)
    },
    planSubscription(document, operationName, urgency) {
      planned.push(`${operationName} ${urgency}`)
      return planner.planSubscription(document, operationName, urgency)
    },
  }
  const notCalled = () => () => Promise.reject(new Error('not called'))
  graph = createGraph({
    supergraph,
    planner: counting,
    subgraphs: { clients: [], callerOf: notCalled, followingCallerOf: notCalled, upstreams: new Map() },
    rules: [],
    limits: DEFAULT_LIMITS,
    tokens_max: 1_000,
    errors_max: 100,
    introspection: true,
    caching: toyCaching(),
    format: (error) => error,
  })
})

const DOCUMENTS = [
  'query A { books { title } } query B { books { rating } }',
  'query Invalid { nothing }',
  'query NoDocument {',
  'subscription Lent { bookLent { days } }',
  'mutation Rename { renameBook(id: "b1", title: "x") { title } }',
]

test('plans each operation of each document behind what clients ask for, and passes over what cannot be answered', async () => {
  await warmUp(graph, DOCUMENTS, log)
  expect(planned).toEqual(['A background', 'B background', 'Lent background', 'Rename background'])
})

test('what was planned ahead is not planned again when it is asked for', async () => {
  await warmUp(graph, DOCUMENTS, log)
  const { document, operation } = graph.documents.find(DOCUMENTS[0] ?? '', 'B')
  await graph.executor.compile(document, operation)
  await graph.streams.prepare(graph.documents.find(DOCUMENTS[3] ?? '', 'Lent'))
  expect(planned).toHaveLength(4)
})

test('what is being planned ahead is brought forward for a client who asks for it, and not kept behind it', async () => {
  const lent = graph.documents.find(DOCUMENTS[3] ?? '', 'Lent')
  const ahead = graph.streams.prepare(lent, 'background')
  await Promise.all([ahead, graph.streams.prepare(lent)])
  expect(planned).toEqual(['Lent background', 'Lent request'])
})

test('the documents of a graph are told with those first that were asked for last', () => {
  for (const query of ['{ a: __typename }', '{ b: __typename }', '{ a: __typename }'])
    graph.documents.find(query, undefined)
  expect(graph.documents.recent()).toEqual(['{ a: __typename }', '{ b: __typename }'])
})

test('documents of which nothing was planned are not planned ahead for the next graph', async () => {
  for (const query of DOCUMENTS.slice(0, 2)) graph.documents.find(query, query.includes('A') ? 'A' : undefined)
  expect(plannedLately(graph)).toEqual([])
  const { document, operation } = graph.documents.find(DOCUMENTS[0] ?? '', 'A')
  await graph.executor.compile(document, operation)
  expect(plannedLately(graph)).toEqual([DOCUMENTS[0]])
  await graph.streams.prepare(graph.documents.find(DOCUMENTS[3] ?? '', 'Lent'))
  expect(plannedLately(graph)).toEqual([DOCUMENTS[3], DOCUMENTS[0]])
})

describe('in a gateway', () => {
  const BOOKS = '{ books { title } }'
  const LENT = 'subscription { bookLent { days } }'

  /** Operations that were on a planning thread so far. */
  async function plannedBy({ registry }: WatchedLibrary): Promise<number> {
    const text = await registry.getSingleMetricAsString('gateway_planner_duration_seconds')
    return Number(/_count\{outcome="ok"\} (\d+)/.exec(text)?.[1] ?? 0)
  }

  test('what clients asked for lately is planned for another supergraph before that is served', async () => {
    await using watched = await startWatchedLibrary()
    const { library } = watched
    await library.post({ query: BOOKS })
    await library.gateway.serve(loadSupergraph(library.sdl))
    expect(await plannedBy(watched)).toBe(2)
    await library.post({ query: BOOKS })
    expect(await plannedBy(watched)).toBe(2)
  })

  test('documents that are registered while it runs are planned ahead, those that are new', async () => {
    await using watched = await startWatchedLibrary()
    const { library } = watched
    const register = (documents: Record<string, string>) =>
      library.gateway.register({ trusted: trustDocuments(Object.entries(documents), 1_000), isRequired: true })
    register({ books: BOOKS })
    await expect.poll(() => plannedBy(watched), { timeout: 30_000 }).toBe(1)
    register({ books: BOOKS, lent: LENT })
    await expect.poll(() => plannedBy(watched), { timeout: 30_000 }).toBe(2)
    expect((await library.post({ query: BOOKS })).status).toBe(200)
    expect(await plannedBy(watched)).toBe(2)
  })
})
