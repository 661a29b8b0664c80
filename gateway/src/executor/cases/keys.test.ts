import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type Representation = Readonly<Record<string, unknown>>

const said = (representation: unknown): string => JSON.stringify(representation)

describe('keys of every shape', () => {
  const graph = caseGraph({
    source: {
      sdl: `
        type Query { single: Single several: Several compound: Compound nested: Nested listed: Listed }
        type Single @key(fields: "id") { id: ID! }
        type Several @key(fields: "id") @key(fields: "sku") { id: ID! sku: String! }
        type Compound @key(fields: "id region") { id: ID! region: String! }
        type Nested @key(fields: "owner { id place { city } }") { owner: Owner! }
        type Owner { id: ID! place: Place! }
        type Place { city: String! }
        type Listed @key(fields: "tags labels { text }") { tags: [String!]! labels: [Label] }
        type Label { text: String! }
      `,
      resolvers: {
        Query: {
          single: () => ({ id: 's"1\\' }),
          several: () => ({ id: '1', sku: 'k' }),
          compound: () => ({ id: '1', region: 'eu' }),
          nested: () => ({ owner: { id: '1', place: { city: 'Bern' } } }),
          listed: () => ({ tags: ['a', 'b'], labels: [{ text: 'x' }, null] }),
        },
      },
    },
    other: {
      sdl: `
        type Single @key(fields: "id") { id: ID! said: String }
        type Several @key(fields: "sku") { sku: String! said: String }
        type Compound @key(fields: "region id") { id: ID! region: String! said: String }
        type Nested @key(fields: "owner { place { city } id }") { owner: Owner! said: String }
        type Owner { id: ID! place: Place! }
        type Place { city: String! }
        type Listed @key(fields: "tags labels { text }") { tags: [String!]! labels: [Label] said: String }
        type Label { text: String! }
      `,
      resolvers: Object.fromEntries(
        ['Single', 'Several', 'Compound', 'Nested', 'Listed'].map((type) => [type, { said }]),
      ),
    },
  })

  testAnswers(graph, [
    ['one field', '{ single { said } }', { data: { single: { said: '{"__typename":"Single","id":"s\\"1\\\\"}' } } }],
    [
      'the one of several that both know',
      '{ several { said } }',
      { data: { several: { said: '{"__typename":"Several","sku":"k"}' } } },
    ],
    [
      'two fields',
      '{ compound { said } }',
      { data: { compound: { said: '{"__typename":"Compound","region":"eu","id":"1"}' } } },
    ],
    [
      'fields of objects',
      '{ nested { said } }',
      { data: { nested: { said: '{"__typename":"Nested","owner":{"place":{"city":"Bern"},"id":"1"}}' } } },
    ],
    [
      'lists, with null in them',
      '{ listed { said } }',
      { data: { listed: { said: '{"__typename":"Listed","tags":["a","b"],"labels":[{"text":"x"},null]}' } } },
    ],
  ])
})

test('an entity is reached over as many subgraphs as it takes to convert its key', async () => {
  const graph = caseGraph({
    a: {
      sdl: 'type Query { item: Item } type Item @key(fields: "a") { a: ID! }',
      resolvers: { Query: { item: () => ({ a: 'a1' }) } },
    },
    b: {
      sdl: 'type Item @key(fields: "a") @key(fields: "b") { a: ID! b: ID! }',
      resolvers: { Item: { __resolveReference: ({ a }: Representation) => ({ a, b: `b of ${a}` }) } },
    },
    c: {
      sdl: 'type Item @key(fields: "b") @key(fields: "c { d }") { b: ID! c: C } type C { d: ID! }',
      resolvers: { Item: { __resolveReference: ({ b }: Representation) => ({ b, c: { d: `d of ${b}` } }) } },
    },
    d: {
      sdl: 'type Item @key(fields: "c { d }") { c: C end: String } type C { d: ID! }',
      resolvers: { Item: { end: ({ c }: { c: { d: string } }) => `end of ${c.d}` } },
    },
  })
  expect(await graph.ask('{ item { end } }')).toEqual({ data: { item: { end: 'end of d of b of a1' } } })
  expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'c', 'd'])
})

test('an entity that comes back to its subgraph is identified by a key which that resolves', async () => {
  const graph = caseGraph({
    names: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String! }',
      resolvers: { Item: { name: ({ id }: Representation) => `name of ${id}` } },
    },
    items: {
      sdl: `
        type Query { item: Item }
        type Item @key(fields: "slug", resolvable: false) @key(fields: "id") {
          id: ID! slug: ID! name: String! @external greeting: String! @requires(fields: "name")
        }
      `,
      resolvers: {
        Query: { item: () => ({ id: '1', slug: 'one' }) },
        Item: { greeting: ({ id, name }: Representation) => `Hello ${name} (${id})` },
      },
    },
  })
  expect(await graph.ask('{ item { greeting } }')).toEqual({ data: { item: { greeting: 'Hello name of 1 (1)' } } })
})

describe('in lists', () => {
  const graph = caseGraph({
    source: {
      sdl: `
        type Query { list: [Item] deep: [[[Item!]]!] empty: [Item!]! none: [Item!] pairs: [Pair!]! }
        type Pair { left: Item right: [Item] }
        type Item @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          list: () => [{ id: '1' }, null, { id: '2' }, { id: '1' }],
          deep: () => [[[{ id: '1' }], null, []], [[{ id: '2' }, { id: '1' }]]],
          empty: () => [],
          none: () => null,
          pairs: () => [
            { left: { id: '1' }, right: [{ id: '2' }, { id: '1' }] },
            { left: null, right: null },
          ],
        },
      },
    },
    other: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String }',
      resolvers: {
        Item: {
          __resolveReference: ({ id }: Representation) => (id === '9' ? null : { id }),
          name: ({ id }: Representation) => `name of ${id}`,
        },
      },
    },
  })
  const one = { name: 'name of 1' }
  const two = { name: 'name of 2' }

  testAnswers(graph, [
    ['with null and the same one twice', '{ list { name } }', { data: { list: [one, null, two, one] } }],
    ['of lists of lists', '{ deep { name } }', { data: { deep: [[[one], null, []], [[two, one]]] } }],
    ['without items', '{ empty { name } none { name } }', { data: { empty: [], none: null } }],
    [
      'in objects of lists',
      '{ pairs { left { name } right { name } } }',
      {
        data: {
          pairs: [
            { left: one, right: [two, one] },
            { left: null, right: null },
          ],
        },
      },
    ],
  ])

  test('the same entity is asked about once in a call', async () => {
    await graph.ask('{ list { name } }')
    expect(graph.calls[1]?.variables).toEqual({
      representations: [
        { __typename: 'Item', id: '1' },
        { __typename: 'Item', id: '2' },
      ],
    })
  })

  test('nothing is asked about no entities', async () => {
    await graph.ask('{ empty { name } none { name } }')
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['source'])
  })
})

test('of an entity without its key nothing is asked, and of one that is not there all is null', async () => {
  const graph = caseGraph({
    source: {
      sdl: 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID own: String }',
      resolvers: {
        Query: {
          items: () => [
            { id: null, own: 'a' },
            { id: '9', own: 'b' },
          ],
        },
      },
    },
    other: {
      sdl: 'type Item @key(fields: "id") { id: ID name: String }',
      resolvers: {
        Item: { __resolveReference: ({ id }: Representation) => (id === null ? { id, name: 'of null' } : null) },
      },
    },
  })
  expect(await graph.ask('{ items { own name } }')).toEqual({
    data: {
      items: [
        { own: 'a', name: 'of null' },
        { own: 'b', name: null },
      ],
    },
  })
})
