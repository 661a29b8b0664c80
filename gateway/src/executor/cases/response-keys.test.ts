// What a client calls by the name of a key, or of what another field requires, is never taken for it.

import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

const PRODUCTS = [
  { id: '1', sku: 'lamp-1', name: 'Lamp', weight: 3, maker: '2' },
  { id: '2', sku: 'sofa-2', name: 'Sofa', weight: 40, maker: '1' },
]

const graph = caseGraph({
  catalog: {
    sdl: `
      type Query { product(id: ID!): Product products: [Product!]! }
      type Mutation { rename(id: ID!, name: String!): Product }
      type Subscription { changed: Product }
      type Product @key(fields: "id") {
        id: ID! sku: String! name: String! weight(unit: String = "kg"): Int! maker: ID! parts: [Part!]!
      }
      type Part @key(fields: "code { line number }") { code: Code! label: String! }
      type Code @shareable { line: String! number: Int! }
    `,
    resolvers: {
      Query: {
        product: (_: unknown, { id }: { id: string }) => PRODUCTS.find((product) => product.id === id),
        products: () => PRODUCTS,
      },
      Mutation: {
        rename: (_: unknown, { id, name }: { id: string; name: string }) => ({
          ...PRODUCTS.find((product) => product.id === id),
          name,
        }),
      },
      Product: {
        weight: ({ weight }: { weight: number }, { unit }: { unit: string }) => (unit === 'g' ? weight * 1000 : weight),
        parts: ({ id }: { id: string }) => [{ code: { line: 'A', number: Number(id) }, label: `part ${id}` }],
      },
    },
  },
  stock: {
    sdl: `
      type Product @key(fields: "id") {
        id: ID! name: String! @external weight(unit: String = "kg"): Int! @external
        count: Int! postage: String! @requires(fields: "name weight")
      }
      type Part @key(fields: "code { line number }") { code: Code! inStock: Boolean! spare: String }
      type Code @shareable { line: String! number: Int! }
    `,
    resolvers: {
      Product: {
        count: ({ id }: { id: string }) => Number(id) * 10,
        postage: ({ name, weight }: { name: string; weight: number }) => `${name} at ${weight}`,
      },
      Part: { inStock: () => true, spare: ({ code }: { code: object }) => JSON.stringify(code) },
    },
  },
})

testAnswers(graph, [
  [
    'another field under the name of the key answers that field, and entities are found by their key',
    '{ product(id: "1") { id: sku count } }',
    { data: { product: { id: 'lamp-1', count: 10 } } },
  ],
  [
    'a field whose value is another entity’s key does not lead to that entity',
    '{ product(id: "1") { id: maker count } }',
    { data: { product: { id: '2', count: 10 } } },
  ],
  [
    'the key under another name and something else under its own',
    '{ product(id: "1") { key: id id: name count } }',
    { data: { product: { key: '1', id: 'Lamp', count: 10 } } },
  ],
  [
    '__typename under the name of the key',
    '{ product(id: "1") { id: __typename count } }',
    { data: { product: { id: 'Product', count: 10 } } },
  ],
  [
    'a field of the other subgraph under the name of the key',
    '{ product(id: "2") { id: count __typename } }',
    { data: { product: { id: 20, __typename: 'Product' } } },
  ],
  [
    'something else under the name __typename',
    '{ product(id: "1") { __typename: name count } }',
    { data: { product: { __typename: 'Lamp', count: 10 } } },
  ],
  [
    'another field under the name of a required one does not stand in for it',
    '{ product(id: "1") { name: sku postage } }',
    { data: { product: { name: 'lamp-1', postage: 'Lamp at 3' } } },
  ],
  [
    'a required field that is asked for with another argument',
    '{ product(id: "1") { weight(unit: "g") postage } }',
    { data: { product: { weight: 3000, postage: 'Lamp at 3' } } },
  ],
  [
    'a required field under the name of another required field, both ways round',
    '{ product(id: "1") { name: weight weight: name postage } }',
    { data: { product: { name: 3, weight: 'Lamp', postage: 'Lamp at 3' } } },
  ],
  [
    'names within a nested key',
    '{ product(id: "2") { parts { code { line: number number: line } inStock spare } } }',
    {
      data: {
        product: {
          parts: [{ code: { line: 2, number: 'A' }, inStock: true, spare: '{"line":"A","number":2}' }],
        },
      },
    },
  ],
  [
    'the whole nested key replaced by a text',
    '{ product(id: "2") { parts { code: label spare } } }',
    { data: { product: { parts: [{ code: 'part 2', spare: '{"line":"A","number":2}' }] } } },
  ],
  [
    'by named fragments, inline fragments and conditions',
    `query ($yes: Boolean! = true) {
      products { ...Renamed ... on Product { count } ... @include(if: $yes) { id: sku } }
    }
    fragment Renamed on Product { id: sku @include(if: $yes) }`,
    {
      data: {
        products: [
          { id: 'lamp-1', count: 10 },
          { id: 'sofa-2', count: 20 },
        ],
      },
    },
  ],
  [
    'an alias at the root, and a mutation',
    'mutation { id: rename(id: "2", name: "Bed") { id: name count } }',
    { data: { id: { id: 'Bed', count: 20 } } },
  ],
  [
    'the names that the gateway would use itself',
    '{ product(id: "1") { _client_id: sku id: name _required0_weight: sku postage count } }',
    {
      data: {
        product: {
          _client_id: 'lamp-1',
          id: 'Lamp',
          _required0_weight: 'lamp-1',
          postage: 'Lamp at 3',
          count: 10,
        },
      },
    },
  ],
  [
    'beside introspection, whose names are left alone',
    '{ __type(name: "Code") { id: name fields { id: name } } product(id: "1") { id: sku count } }',
    {
      data: {
        __type: { id: 'Code', fields: [{ id: 'line' }, { id: 'number' }] },
        product: { id: 'lamp-1', count: 10 },
      },
    },
  ],
])

test('an event is completed under the names that the client gave', async () => {
  const answer = await graph.event('subscription { changed { id: sku count } }', {
    changed: { __typename: 'Product', id: '2', _client_id: 'sofa-2' },
  })
  expect(answer).toEqual({ data: { changed: { id: 'sofa-2', count: 20 } } })
})

describe('errors', () => {
  const failing = caseGraph({
    one: {
      sdl: 'type Query { a: A } type A @key(fields: "id") { id: ID! label: String }',
      resolvers: { Query: { a: () => ({ id: '1', label: 'x' }) } },
    },
    two: {
      sdl: 'type A @key(fields: "id") { id: ID! label: String @external bad: String b: B @requires(fields: "label") } type B { c: String }',
      resolvers: {
        A: {
          bad: () => Promise.reject(new Error('bad')),
          b: () => ({ c: () => Promise.reject(new Error('worse')) }),
        },
      },
    },
  })

  testAnswers(failing, [
    [
      'are placed under the names that the client gave',
      '{ id: a { label: bad id: b { c } } }',
      {
        data: { id: { label: null, id: { c: null } } },
        errors: [
          { message: 'bad', path: ['id', 'label'] },
          { message: 'worse', path: ['id', 'id', 'c'] },
        ],
      },
    ],
  ])
})
