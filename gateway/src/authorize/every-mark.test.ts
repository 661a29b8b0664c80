import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createGraph } from '../graph/graph.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { createApolloPlanner } from '../planner/apollo-planner.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { toyCaching } from '../testing/caching.ts'
import { ToyJournal } from '../testing/journal.ts'
import { authorsSubgraph, booksSubgraph, compose, reviewsSubgraph } from '../testing/library-graph.ts'
import { marksOf, waysThrough } from '../testing/marks.ts'
import { createAuthorizer } from './authorize.ts'

const toys = { books: booksSubgraph(new ToyJournal()), authors: authorsSubgraph(), reviews: reviewsSubgraph() }

// Of the marks in both, each is found by reading the SDL, and reached by an operation of its own.
const SUPERGRAPHS = {
  'the operator’s graph': readFileSync(
    fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url)),
    'utf8',
  ),
  'a library that imports a directive under another name': compose(
    Object.entries(toys).map(([name, { typeDefs }]) => ({ name, typeDefs, url: `http://${name}.example/` })),
  ),
}

describe.each(Object.entries(SUPERGRAPHS))('%s', (_, sdl) => {
  const supergraph = loadSupergraph(sdl)
  const calls: string[] = []
  const call = async (subgraph: string) => {
    calls.push(subgraph)
    return {}
  }
  const authorizer = createAuthorizer(supergraph.apiSchema, supergraph.authorization)
  const { documents, answer } = createGraph({
    supergraph,
    planner: createApolloPlanner(supergraph.plannable),
    subgraphs: { clients: [], callerOf: () => call, followingCallerOf: () => call, upstreams: new Map() },
    rules: [],
    tokens_max: 1_000,
    limits: DEFAULT_LIMITS,
    errors_max: 100,
    introspection: false,
    caching: toyCaching(),
    format: (error) => error,
  })
  const readingOf = waysThrough(supergraph.apiSchema)
  const readings = marksOf(parse(sdl)).flatMap((mark) => {
    const reading = readingOf(mark)
    return reading === undefined ? [] : [[[mark.type, mark.field].filter(Boolean).join('.'), reading] as const]
  })

  test('has marks that clients can reach', () => {
    expect(readings.length).toBeGreaterThan(5)
  })

  test.each(readings)('tells nobody %s who is not signed in', async (_name, { query, path }) => {
    const known = documents.find(query, undefined)
    expect(known.faults).toEqual([])
    const refusals = authorizer.refusals(known.document, known.operation, {}, ANONYMOUS)
    expect(refusals.map((refusal) => refusal.extensions.code)).toContain('UNAUTHENTICATED')
    expect(refusals.map((refusal) => refusal.path)).toContainEqual(path)
    const context = {
      actor: ANONYMOUS,
      authorization: undefined,
      correlationId: 'correlation',
      clientAddress: '127.0.0.1',
    }
    expect(await answer(known, {}, context)).toMatchObject({ data: undefined })
    expect(calls).toEqual([])
  })
})
