import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { expect, test } from 'vitest'
import { createExecutor } from '../executor/executor.ts'
import type { GraphAnswer } from '../graph/answer.ts'
import { createDocuments } from '../graph/documents.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { createApolloPlanner } from '../planner/apollo-planner.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { createCounts } from '../telemetry/counts.ts'
import { untimed } from '../telemetry/observation.ts'
import { compose } from '../testing/library-graph.ts'
import { createMuseum, museumSubgraphs } from '../testing/museum.ts'
import { createMemoryStore } from './memory-store.ts'
import { createResponseCache } from './response-cache.ts'

const supergraph = loadSupergraph(
  compose(
    Object.entries(museumSubgraphs(createMuseum())).map(([name, { typeDefs }]) => ({
      name,
      typeDefs,
      url: `http://${name}.example/`,
    })),
  ),
)
const executor = createExecutor(supergraph, createApolloPlanner(supergraph.plannable), DEFAULT_LIMITS.errors_max)
const context = { actor: ANONYMOUS, authorization: undefined, correlationId: 'c', clientAddress: '127.0.0.1' }

async function cacheable(query = '{ wing { name } }', entry_length_max = 1_000, counts = createCounts()) {
  const { apiSchema } = supergraph
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 1_000, introspection: true, phase: untimed })
  const known = documents.find(query, undefined)
  const cache = createResponseCache({
    rules: supergraph,
    supergraphId: 'museum',
    store: createMemoryStore({ bytes_max: 100_000, clock: systemClock }),
    limits: { ...DEFAULT_LIMITS.cache, entry_length_max },
    clock: systemClock,
    counts,
  })
  const operation = cache.cacheable(known, await executor.compile(known.document, known.operation))
  if (operation === undefined) throw new Error('not cacheable')
  return operation
}

const GOOD: GraphAnswer = { data: '{"wing":{"name":"East"}}', errors: [] }
const BAD: GraphAnswer = { data: '{"wing":null}', errors: [{ message: 'x' }] }

test('those who ask the same at once wait for one answer', async () => {
  const counts = createCounts()
  const operation = await cacheable(undefined, undefined, counts)
  const answer = Promise.withResolvers<GraphAnswer>()
  let asked = 0
  const ask = () =>
    operation.answer({}, context, () => {
      asked += 1
      return answer.promise
    })
  const answers = [ask(), ask(), ask()]
  answer.resolve(GOOD)
  for (const { data } of await Promise.all(answers)) expect(data).toBe(GOOD.data)
  expect(asked).toBe(1)
  expect(counts.responses).toEqual({ hit: 0, shared: 2, miss: 1, bypassed: 0 })
})

test.each<[string, () => Promise<GraphAnswer>]>([
  ['has an error', async () => BAD],
  ['stood in for another', async () => ({ ...GOOD, stale: [] })],
  ['was thrown', () => Promise.reject(new Error('a bug'))],
])('each asks for itself when the answer that they waited for %s', async (_, first) => {
  const operation = await cacheable()
  const gate = Promise.withResolvers<void>()
  const firstAnswer = operation
    .answer({}, context, async () => {
      await gate.promise
      return first()
    })
    .catch(() => undefined)
  let asked = 0
  const others = [1, 2].map(() =>
    operation.answer({}, context, async () => {
      asked += 1
      return BAD
    }),
  )
  gate.resolve()
  await Promise.all([firstAnswer, ...others])
  expect(asked).toBe(2)
})

test('an answer that is too long is not kept', async () => {
  const operation = await cacheable('{ wing { name } }', 10)
  let asked = 0
  for (const _ of [1, 2])
    await operation.answer({}, context, async () => {
      asked += 1
      return GOOD
    })
  expect(asked).toBe(2)
})
