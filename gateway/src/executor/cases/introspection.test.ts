// What is asked of the schema, beside what is asked of subgraphs.

import { expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

const graph = caseGraph({
  a: { sdl: 'type Query { item: Int } type Mutation { change: Int }', resolvers: { Query: { item: () => 1 } } },
})

const WHEN = 'query ($yes: Boolean!, $no: Boolean!)'
const GIVEN = { yes: true, no: false }

testAnswers(graph, [
  [
    'on a condition beside other fields is answered where it holds',
    `${WHEN} { ... @include(if: $no) { __type(name: "Query") { name } } ... @include(if: $yes) { __schema { queryType { name } } } item }`,
    { data: { __schema: { queryType: { name: 'Query' } }, item: 1 } },
    GIVEN,
  ],
  [
    'that is selected twice is answered as far as the conditions hold',
    `${WHEN} { __schema @include(if: $yes) { queryType { name } } __schema @include(if: $no) { mutationType { name } } }`,
    { data: { __schema: { queryType: { name: 'Query' } } } },
    GIVEN,
  ],
  [
    'may be in fragments, under other names, with variables',
    `query ($name: String!) { ...F item again: item } fragment F on Query { type: __type(name: $name) { ...T } s: __schema { types { ...O } } }
     fragment T on __Type { kind isOneOf } fragment O on __Type { __typename }`,
    {
      data: {
        type: { kind: 'OBJECT', isOneOf: null },
        s: { types: expect.arrayContaining([{ __typename: '__Type' }]) },
        item: 1,
        again: 1,
      },
    },
    { name: 'Query' },
  ],
])

test('is asked of no subgraph', async () => {
  await graph.ask('{ ... { __schema { queryType { name } } } item }')
  expect(graph.calls.map(({ query }) => query)).toEqual(['{item}'])
})
