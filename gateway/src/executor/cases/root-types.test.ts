import { expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

/** Each subgraph has names of its own for its root types. */
const graph = caseGraph({
  orders: {
    sdl: `
      schema { query: OrderReads mutation: OrderWrites }
      type OrderReads { order: Order! }
      type OrderWrites { place: Placed! }
      type Placed { reads: OrderReads! }
      type Order @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      OrderReads: { order: () => ({ id: '1' }) },
      OrderWrites: { place: () => ({ reads: {} }) },
    },
  },
  stock: {
    sdl: 'schema { query: StockReads } type StockReads { stock: Int lots: [Int!] }',
    resolvers: { StockReads: { stock: () => 5, lots: () => [2, 3] } },
  },
})

const on = 'query ($on: Boolean!)'

testAnswers(graph, [
  [
    'a condition on the root’s type is one on what is in it',
    `${on} { ... on Query @include(if: $on) { order { id } stock } }`,
    { data: { order: { id: '1' }, stock: 5 } },
    { on: true },
  ],
  [
    'beside what has none',
    `${on} { stock ... on Query @skip(if: $on) { lots ... on Query { __typename order { id } } } }`,
    { data: { stock: 5 } },
    { on: true },
  ],
  [
    'in a fragment of its own',
    `${on} { ...Reads @include(if: $on) } fragment Reads on Query { order { id } ...More } fragment More on Query { lots }`,
    { data: { order: { id: '1' }, lots: [2, 3] } },
    { on: true },
  ],
  [
    'what a mutation answers may be the root of queries, of which other subgraphs are asked',
    'mutation ($on: Boolean!) { place { reads { ... on Query @include(if: $on) { order { id } stock } __typename } } }',
    { data: { place: { reads: { order: { id: '1' }, stock: 5, __typename: 'Query' } } } },
    { on: true },
  ],
])

test('subgraphs are asked without the name that composition gave their root', async () => {
  await graph.ask(`${on} { ... on Query @include(if: $on) { stock } }`, { on: true })
  expect(graph.calls.map(({ query }) => query)).toEqual([expect.not.stringContaining('Query')])
})
