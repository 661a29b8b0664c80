import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

const SOURCE = {
  sdl: `
    type Query { owner: Owner items: [Item!]! none: [Item!]! }
    type Mutation { rename: Owner }
    type Owner @key(fields: "id") { id: ID! favourite: Item }
    type Item @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      owner: () => ({ id: 'o1', favourite: { id: 'i1' } }),
      items: () => [{ id: 'i1' }, { id: 'i2' }],
      none: () => [],
    },
    Mutation: { rename: () => ({ id: 'o1', favourite: { id: 'i1' } }) },
  },
}

const cased = (text: string, { upper }: { readonly upper: boolean }) => (upper ? text.toUpperCase() : text)

const NAMES = {
  sdl: `
    type Owner @key(fields: "id") { id: ID! name(upper: Boolean = false): String }
    type Item @key(fields: "id") { id: ID! name(upper: Boolean = false): String weight: Int }
  `,
  resolvers: {
    Owner: {
      __resolveReference: ({ id }: ById) => ({ id }),
      name: ({ id }: ById, of: { upper: boolean }) => cased(`name of ${id}`, of),
    },
    Item: {
      __resolveReference: ({ id }: ById) => ({ id }),
      weight: () => 7,
      name({ id }: ById, of: { upper: boolean }) {
        if (id === 'i2') throw new GraphQLError('no name of i2')
        return cased(`name of ${id}`, of)
      },
    },
  },
}

const COSTS = {
  sdl: `
    type Item @key(fields: "id") {
      id: ID! weight: Int @external cost: String @requires(fields: "weight") stock: Int
    }
  `,
  resolvers: {
    Item: {
      __resolveReference: (item: object) => item,
      cost: ({ weight }: { weight: number }) => `${weight} €`,
      stock: ({ id }: ById) => (id === 'i1' ? 1 : 2),
    },
  },
}

describe('entities of one subgraph that are wanted at the same moment', () => {
  const graph = caseGraph({ source: SOURCE, names: NAMES, costs: COSTS })
  const asked = () => graph.calls.map(({ subgraph }) => subgraph)

  testAnswers(graph, [
    [
      'are each merged where they belong, and so are their errors',
      '{ owner { name favourite { name } } items { name } }',
      {
        data: {
          owner: { name: 'name of o1', favourite: { name: 'name of i1' } },
          items: [{ name: 'name of i1' }, { name: null }],
        },
        errors: [{ message: 'no name of i2', path: ['items', 1, 'name'] }],
      },
    ],
    [
      'have the variables of the client in common',
      'query ($upper: Boolean!) { owner { name(upper: $upper) } items { id } none { name(upper: $upper) } }',
      { data: { owner: { name: 'NAME OF O1' }, items: [{ id: 'i1' }, { id: 'i2' }], none: [] } },
      { upper: true },
    ],
    [
      'are asked alone where the client has taken the names that they would have',
      'query ($_representations1: Boolean!) { owner { name(upper: $_representations1) favourite { weight } } }',
      { data: { owner: { name: 'NAME OF O1', favourite: { weight: 7 } } } },
      { _representations1: true },
    ],
    [
      'of a mutation are asked for once it is done',
      'mutation { rename { name favourite { name } } }',
      { data: { rename: { name: 'name of o1', favourite: { name: 'name of i1' } } } },
    ],
  ])

  test('cost one request', async () => {
    await graph.ask('{ owner { name favourite { name } } items { name } }')
    expect(asked()).toEqual(['source', 'names'])
  })

  test('cost one request, and so does what follows on them', async () => {
    const { data } = await graph.ask('{ owner { favourite { cost } } items { cost } }')
    expect(data).toEqual({ owner: { favourite: { cost: '7 €' } }, items: [{ cost: '7 €' }, { cost: '7 €' }] })
    expect(asked()).toEqual(['source', 'names', 'costs'])
  })

  test('wait for what is asked of the same subgraph a moment later', async () => {
    const { data } = await graph.ask('{ items { stock cost } }')
    expect(data).toEqual({
      items: [
        { stock: 1, cost: '7 €' },
        { stock: 2, cost: '7 €' },
      ],
    })
    expect(asked()).toEqual(['source', 'names', 'costs'])
  })

  test('wait for it also where it is of other entities', async () => {
    await graph.ask('{ owner { name favourite { name cost } } items { stock } }')
    expect(asked()).toEqual(['source', 'names', 'costs'])
  })

  test('are asked as if alone where there are none of the others', async () => {
    await graph.ask('{ items { name } none { name } }')
    expect(graph.calls[1]).toMatchObject({
      query: expect.stringContaining('_entities(representations:$representations)'),
      variables: { representations: [{ id: 'i1' }, { id: 'i2' }] },
    })
    expect(asked()).toEqual(['source', 'names'])
  })
})

describe('a subgraph that does not answer all of them at once', () => {
  const graph = caseGraph({
    source: SOURCE,
    names: { ...NAMES, refuses: (query) => query.includes('_representations1') && 'too much at once' },
  })

  test('is asked for each alone', async () => {
    expect(await graph.ask('{ owner { name favourite { weight } } }')).toEqual({
      data: { owner: { name: 'name of o1', favourite: { weight: 7 } } },
    })
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['source', 'names', 'names', 'names'])
  })
})

describe('a subgraph that is down', () => {
  const graph = caseGraph({ source: SOURCE, names: { ...NAMES, isDown: true }, costs: COSTS })

  test('takes away nothing that has waited for it', async () => {
    const { data } = await graph.ask('{ items { stock cost } }')
    expect(data).toEqual({
      items: [
        { stock: 1, cost: null },
        { stock: 2, cost: null },
      ],
    })
  })

  test('is asked once, and told of at each place', async () => {
    const extensions = { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'names' }
    expect(await graph.ask('{ owner { id name favourite { id name } } }')).toEqual({
      data: { owner: { id: 'o1', name: null, favourite: { id: 'i1', name: null } } },
      errors: [
        { message: 'names is down', path: ['owner'], extensions },
        { message: 'names is down', path: ['owner', 'favourite'], extensions },
      ],
    })
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['source', 'names'])
  })
})
