import { globSync, readFileSync } from 'node:fs'
import { Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { differentialOf } from '../executor/testing/differential.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { createOperationWeight } from './operation-weight.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires"])`
const { supergraph } = differentialOf(
  {
    first: `${link}
    type Query { node: Node one: One any: Any either: Either }
    type Node @key(fields: "id") { id: ID! next: Node @shareable own: Node }
    type One @key(fields: "id") { id: ID! part: Part }
    type Part @shareable { n: Int }
    interface Any { next: Any }
    type A implements Any @key(fields: "id") { id: ID! next: Any @shareable }
    type B implements Any @key(fields: "id") { id: ID! next: Any @shareable }
    union Either = A | One`,
    second: `${link}
    type Node @key(fields: "id") { id: ID! next: Node @shareable }
    type One @key(fields: "id") { id: ID! part: Part @external sum: Int @requires(fields: "part { n }") }
    type Part @shareable { n: Int }
    interface Any { next: Any }
    type A implements Any @key(fields: "id") { id: ID! next: Any @shareable }
    type B implements Any @key(fields: "id") { id: ID! next: Any @shareable }`,
  },
  { isLossy: false },
)
const weigh = createOperationWeight(supergraph.supergraph, supergraph.apiSchema)

test.each<[string, string, number]>([
  ['leaves of one subgraph count one each', '{ one { id part { n } } }', 2],
  ['a shared field doubles what is below it', '{ node { next { id } } }', 2],
  ['for each step', '{ node { next { next { next { id } } } } }', 8],
  ['and for each leaf', '{ node { next { a: id b: id next { id } } } }', 8],
  ['a field of one subgraph does not', '{ node { own { own { id } } } }', 1],
  ['nor one that others only require', '{ one { part { n } sum } }', 2],
  ['a field of an interface multiplies its types', '{ any { next { __typename } } }', 4],
  ['a fragment narrows it to one', '{ any { ... on A { next { __typename } } } }', 2],
  ['a member of a union counts by itself', '{ either { ... on A { next { __typename } } ... on One { id } } }', 3],
  ['the schema counts nothing', '{ __schema { types { fields { name } } } }', 0],
  ['fragments count where they are spread', '{ node { ...F own { ...F } } } fragment F on Node { next { id } }', 4],
])('%s: %s', (_, query, expected) => {
  expect(weigh(parse(query), undefined)).toBe(expected)
})

test('of several operations the named one is weighed', () => {
  const document = parse('query A { node { id } } query B { node { next { id } } }')
  expect([weigh(document, 'A'), weigh(document, 'B')]).toEqual([1, 2])
})

test('fragments that stand for 2^40 fields are weighed once each', () => {
  const fragments = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
  expect(weigh(parse(`{ ...F0 } ${fragments.join(' ')} fragment F40 on Query { node { id } }`), undefined)).toBe(
    2 ** 40,
  )
})

test('no committed operation is heavy', () => {
  const schema = new URL('../../../schema/', import.meta.url)
  const graph = loadSupergraph(readFileSync(new URL('supergraph.graphql', schema), 'utf8'))
  const weighReal = createOperationWeight(graph.supergraph, graph.apiSchema)
  for (const file of globSync('operations/*.graphql', { cwd: schema })) {
    const document = parse(readFileSync(new URL(file, schema), 'utf8'))
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue
      const weight = weighReal(document, definition.name?.value)
      expect(weight, file).toBeGreaterThan(0)
      expect(weight, file).toBeLessThan(DEFAULT_LIMITS.planner.light_weight_max / 10)
    }
  }
})
