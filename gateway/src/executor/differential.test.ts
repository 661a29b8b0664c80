// Over operations that nobody thought of: ours says the same as Apollo's executor of the same plan, and as one resolver for
// the whole graph, which needs no plan.

import { fileURLToPath } from 'node:url'
import { readSdl } from '@carriergraph/shared/service/sdl.ts'
import fc from 'fast-check'
import { type GraphQLFormattedError, parse, print, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type Differential, differentialOf } from './testing/differential.ts'
import { madeUpOperation } from './testing/made-up-operation.ts'
import { madeUpSupergraph } from './testing/made-up-supergraph.ts'
import { OFFICE } from './testing/office.ts'
import { SHOP, WORKSHOP } from './testing/shop.ts'
import type { Outcome } from './testing/truth.ts'

const sdlOf = (name: string) =>
  print(readSdl(fileURLToPath(new URL(`../../../schema/subgraphs/${name}`, import.meta.url))))
const CARRIERGRAPH = Object.fromEntries(['network', 'billing', 'payments', 'risk'].map((name) => [name, sdlOf(name)]))

/** Without a code: what no subgraph told, of a null where there is always a value. Apollo tells it in an extension. */
const isOfSubgraph = ({ extensions }: GraphQLFormattedError) => extensions?.code === 'MADE_UP'

/** What errors say, wherever and however often: Apollo's executor asks about equal entities more than once. */
const told = ({ errors }: Outcome) => [...new Set(errors.filter(isOfSubgraph).map(({ message }) => message))].sort()

/** Whether clients find null at the path, or on the way to it; or nothing, of what was asked for another field's sake. */
function isNullAt(data: unknown, path: readonly (string | number)[] = []): boolean {
  let value = data
  for (const key of path) {
    if (value === null) return true
    if (typeof value !== 'object' || !(key in value)) return true
    value = Reflect.get(value, key)
  }
  return value === null
}

const operationOf = ({ supergraph: { apiSchema } }: Differential, isClashing = false) =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 40 }))
    .map(([seed, fields]) => madeUpOperation(apiSchema, seed, { fields, isClashing }))
    .filter(({ query }) => validate(apiSchema, parse(query)).length === 0)

describe.each([
  ['a shop with one of everything', SHOP, 300],
  ['this graph', CARRIERGRAPH, 100],
])('over %s', (_, sdls, numRuns) => {
  const graph = differentialOf(sdls, { isLossy: true })

  test('answers as Apollo’s executor does', async () => {
    await fc.assert(
      fc.asyncProperty(operationOf(graph), async (made) => {
        const [ours, theirs] = await Promise.all([graph.ours(made), graph.theirs(made)])
        expect(ours.data).toEqual(theirs.data)
        expect(told(ours)).toEqual(told(theirs))
      }),
      { numRuns },
    )
  })

  test('places every error at a null', async () => {
    await fc.assert(
      fc.asyncProperty(operationOf(graph), async (made) => {
        const { data, errors } = await graph.ours(made)
        const misplaced = errors.filter(({ path }) => !isNullAt(data, path))
        expect(misplaced).toEqual([])
      }),
      { numRuns },
    )
  })
})

describe.each([
  ['a shop with one of everything', SHOP, 300],
  ['a workshop of requirements', WORKSHOP, 300],
  ['an office of contexts', OFFICE, 300],
  ['this graph', CARRIERGRAPH, 100],
])('over %s, without a plan', (_, sdls, numRuns) => {
  const graph = differentialOf(sdls, { isLossy: false })

  test('answers what is true, whatever fields are called', async () => {
    await fc.assert(
      fc.asyncProperty(operationOf(graph, true), async (made) => {
        const { data } = await graph.ours(made)
        expect(data).toEqual((await graph.truth(made)).data)
      }),
      { numRuns },
    )
  })
})

/** Where clients find null on the way to a path; undefined where there is a value, or nothing. */
function nullOnTheWay(data: unknown, path: Path): Path | undefined {
  let value = data
  for (const [depth, key] of path.entries()) {
    if (value === null) return path.slice(0, depth)
    if (typeof value !== 'object' || value === undefined || !(key in value)) return undefined
    value = Reflect.get(value, key)
  }
  return value === null ? path : undefined
}

const isWithin = (path: Path, outer: Path): boolean => outer.every((key, index) => path[index] === key)

/** Nulls that one outcome has an error for, on the way to it or below, and the other has none. */
function untold(told: Outcome, other: Outcome): readonly Path[] {
  const nulls = told.errors.flatMap(({ path = [] }) => {
    const place = nullOnTheWay(told.data, path)
    return place === undefined ? [] : [place]
  })
  return nulls.filter((place) => !other.errors.some(({ path = [] }) => isWithin(path, place) || isWithin(place, path)))
}

type Path = readonly (string | number)[]

describe('over supergraphs that nobody thought of, without a plan', () => {
  // Always the same: what Apollo's planner makes of any graph at all is not for this test to find out.
  const [UNCOMPOSED, UNPLANNED] = [[5, 45, 49, 53], [59]]
  const skipped = new Set([...UNCOMPOSED, ...UNPLANNED])
  const seeds = Array.from({ length: 60 }, (_, index) => index).filter((seed) => !skipped.has(seed))

  test.each(seeds)('number %i answers what is true, and tells why there is null', async (seed) => {
    const graph = differentialOf(madeUpSupergraph(seed, 4), { isLossy: false })
    for (let index = 0; index < 8; index++) {
      const made = madeUpOperation(graph.supergraph.apiSchema, seed * 8 + index, {
        fields: 40,
        isClashing: index % 2 === 0,
      })
      if (validate(graph.supergraph.apiSchema, parse(made.query)).length > 0) continue
      const [ours, truth] = await Promise.all([graph.ours(made), graph.truth(made)])
      expect(ours.data).toEqual(truth.data)
      expect(untold(truth, ours)).toEqual([])
      expect(untold(ours, truth)).toEqual([])
    }
  })
})
