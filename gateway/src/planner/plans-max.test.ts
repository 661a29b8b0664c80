import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { fetchesOf } from '../executor/fetches-of.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { createApolloPlanner } from './apollo-planner.ts'
import { createWorkerPlanner } from './worker-planner.ts'

const sdl = (root: string, fields: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  ${root}
  type Item @key(fields: "id") { id: ID! ${fields} }`

/** `shared` is answered by two, and is best asked of the one that is asked for `own` anyway. */
const supergraph = loadSupergraph(
  compose(
    Object.entries({
      entry: sdl('type Query { item: Item }', ''),
      first: sdl('', 'shared: Int @shareable'),
      second: sdl('', 'shared: Int @shareable own: Int'),
    }).map(([name, typeDefs]) => ({ name, typeDefs, url: `http://${name}.example/` })),
  ),
)
const DOCUMENT = parse('{ item { shared own } }')
const log = createLog({ service: 'test', level: 'silent' })

test.each([
  [1, ['entry', 'first', 'second']],
  [DEFAULT_LIMITS.planner.plans_max, ['entry', 'second']],
])('of at most %i plans that are compared, the best asks %j, here and on a thread', async (plans_max, asked) => {
  const limits = { ...DEFAULT_LIMITS.planner, plans_max }
  const apart = createWorkerPlanner({ supergraph, limits, clock: systemClock, log })
  const here = createApolloPlanner(supergraph.plannable, limits)
  const plans = await Promise.all([here, apart].map((planner) => planner.planOperation(DOCUMENT, undefined)))
  const askedBy = plans.map(
    (plan) =>
      plan &&
      fetchesOf(plan)
        .map(({ serviceName }) => serviceName)
        .sort(),
  )
  expect(askedBy).toEqual([asked, asked])
  await apart.close()
})
