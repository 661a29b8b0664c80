// What comes back from the planning threads is what Apollo's planner says on this one.

import { globSync, readFileSync } from 'node:fs'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import fc from 'fast-check'
import { type DocumentNode, getOperationAST, parse, validate } from 'graphql'
import { afterAll, describe, expect, test } from 'vitest'
import { differentialOf } from '../executor/testing/differential.ts'
import { madeUpOperation } from '../executor/testing/made-up-operation.ts'
import { SHOP } from '../executor/testing/shop.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type LoadedSupergraph, loadSupergraph } from '../supergraph/load.ts'
import { createApolloPlanner } from './apollo-planner.ts'
import type { Planner } from './planner.ts'
import { createWorkerPlanner } from './worker-planner.ts'

const SCHEMA = new URL('../../../schema/', import.meta.url)
const graph = loadSupergraph(readFileSync(new URL('supergraph.graphql', SCHEMA), 'utf8'))
const shop = differentialOf(SHOP, { isLossy: false }).supergraph

const log = createLog({ service: 'gateway', level: 'silent' })
const limits = DEFAULT_LIMITS.planner
const planners: Planner[] = []
afterAll(() => Promise.all(planners.map((planner) => planner.close())))

function both(supergraph: LoadedSupergraph): readonly [Planner, Planner] {
  const apart = createWorkerPlanner({ supergraph, limits, clock: systemClock, log })
  planners.push(apart)
  return [apart, createApolloPlanner(supergraph.plannable, limits)]
}

const planned = (planner: Planner, document: DocumentNode): Promise<unknown> =>
  getOperationAST(document)?.operation === 'subscription'
    ? planner.planSubscription(document, undefined)
    : planner.planOperation(document, undefined)

const described = (thrown: unknown) => {
  const { message, extensions } = thrown as { message: string; extensions?: unknown }
  return { message, extensions }
}

describe('on the threads as on this one', () => {
  const [apart, here] = both(graph)

  test.each(globSync('operations/*.graphql', { cwd: SCHEMA }).sort())('%s is planned', async (file) => {
    const document = parse(readFileSync(new URL(file, SCHEMA), 'utf8'))
    const plan = await planned(apart, document)
    expect(plan).toBeDefined()
    expect(plan).toStrictEqual(await planned(here, document))
  })

  test.each([
    ['the schema', '{ __schema { queryType { name } } }'],
    ['a type name', '{ __typename }'],
    ['both, in fragments', '{ ... { __typename } ...F } fragment F on Query { __type(name: "User") { name } }'],
  ])('%s is nothing to ask a subgraph for', async (_, query) => {
    expect(await apart.planOperation(parse(query), undefined)).toBeUndefined()
    expect(await here.planOperation(parse(query), undefined)).toBeUndefined()
  })

  test.each([
    ['a subscription to nothing', 'subscription { __typename }'],
    ['a field that there is not', '{ nothing }'],
  ])('%s is refused with the same message and code', async (_, query) => {
    const [theirs, ours] = await Promise.all(
      [apart, here].map((planner) => planned(planner, parse(query)).catch(described)),
    )
    expect(theirs).toEqual(ours)
    expect(theirs).toHaveProperty('message')
  })
})

test.each([
  ['a shop with one of everything', shop, 150],
  ['this graph', graph, 80],
])(
  'operations over %s that nobody thought of are planned on the threads as on this one',
  async (_, supergraph, numRuns) => {
    const [apart, here] = both(supergraph)
    const operation = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 40 }))
      .map(([seed, fields]) => parse(madeUpOperation(supergraph.apiSchema, seed, { fields, isClashing: false }).query))
      .filter((document) => validate(supergraph.apiSchema, document).length === 0)
    await fc.assert(
      fc.asyncProperty(operation, async (document) => {
        expect(await planned(apart, document)).toStrictEqual(await planned(here, document))
      }),
      { numRuns },
    )
  },
)
