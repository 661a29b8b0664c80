import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

const fail = (message: string) => () => Promise.reject(new Error(message))
const ITEMS = ['1', '2', '3', '2'].map((id) => ({ id }))

describe('an entity that fails', () => {
  const graph = caseGraph({
    source: {
      sdl: `
        type Query { items: [Item] strict: [Item!] boxes: [Box!]! own: Int broken: Int! maybe: Query2 }
        type Query2 { broken: Int! fine: Int }
        type Box { item: Item matrix: [[Item!]] }
        type Item @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          items: () => ITEMS,
          strict: () => ITEMS,
          boxes: () => [{ item: { id: '2' }, matrix: [[{ id: '1' }, { id: '2' }], null] }],
          own: () => 1,
          broken: fail('broken'),
          maybe: () => ({ fine: 1, broken: null }),
        },
      },
    },
    other: {
      sdl: `
        type Item @key(fields: "id") { id: ID! name: String must: String! parts: [Part] }
        type Part { label: String! size: Int }
      `,
      resolvers: {
        Item: {
          __resolveReference: ({ id }: ById) => (id === '3' ? fail('no 3')() : { id }),
          name: ({ id }: ById) => (id === '2' ? fail('no name of 2')() : `name of ${id}`),
          must: ({ id }: ById) => (id === '2' ? fail('no must of 2')() : `must of ${id}`),
          parts: ({ id }: ById) => [{ label: `part of ${id}` }, { label: () => fail('no label')() }],
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'is null, and told wherever it stands',
      '{ items { id name } }',
      {
        data: {
          items: [
            { id: '1', name: 'name of 1' },
            { id: '2', name: null },
            { id: '3', name: null },
            { id: '2', name: null },
          ],
        },
        errors: [
          { message: 'no 3', path: ['items', 2] },
          { message: 'no name of 2', path: ['items', 1, 'name'] },
          { message: 'no name of 2', path: ['items', 3, 'name'] },
        ],
      },
    ],
    [
      'takes with it the nearest object that may be null, where its field must not be',
      '{ items { id must } }',
      {
        data: { items: [{ id: '1', must: 'must of 1' }, null, null, null] },
        errors: [
          { message: 'no 3', path: ['items', 2] },
          { message: 'no must of 2', path: ['items', 1, 'must'] },
          { message: 'no must of 2', path: ['items', 3, 'must'] },
        ],
      },
    ],
    [
      'takes a whole list with it whose items must not be null',
      '{ strict { id must } own }',
      {
        data: { strict: null, own: 1 },
        errors: [
          { message: 'no 3', path: ['strict', 2] },
          { message: 'no must of 2', path: ['strict', 1, 'must'] },
          { message: 'no must of 2', path: ['strict', 3, 'must'] },
        ],
      },
    ],
    [
      'is placed in lists of lists',
      '{ boxes { item { name } matrix { must } } }',
      {
        data: { boxes: [{ item: { name: null }, matrix: [null, null] }] },
        errors: [
          { message: 'no name of 2', path: ['boxes', 0, 'item', 'name'] },
          { message: 'no must of 2', path: ['boxes', 0, 'matrix', 0, 1, 'must'] },
        ],
      },
    ],
    [
      'below the fields of another subgraph',
      '{ boxes { item { parts { size } p: parts { label } } } }',
      {
        data: { boxes: [{ item: { parts: [{ size: null }, { size: null }], p: [{ label: 'part of 2' }, null] } }] },
        errors: [{ message: 'no label', path: ['boxes', 0, 'item', 'p', 1, 'label'] }],
      },
    ],
    [
      'at the root takes everything with it where its field must not be null',
      '{ own broken }',
      { data: null, errors: [{ message: 'broken', path: ['broken'] }] },
    ],
    [
      'beside others costs those nothing',
      '{ own maybe { fine broken } }',
      {
        data: { own: 1, maybe: null },
        errors: [{ message: 'Cannot return null for non-nullable field Query2.broken.', path: ['maybe', 'broken'] }],
      },
    ],
  ])
})

describe('a subgraph that is down', () => {
  const graph = caseGraph({
    source: {
      sdl: `
        type Query { items: [Item!] one: Item }
        type Item @key(fields: "id") { id: ID! own: Int }
      `,
      resolvers: { Query: { items: () => [{ id: '1', own: 1 }, { id: '2' }], one: () => ({ id: '1' }) } },
    },
    lost: {
      sdl: `
        type Query { lost: Int lostToo: Int! also: Int }
        type Item @key(fields: "id") { id: ID! name: String must: String! }
      `,
      isDown: true,
    },
    far: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String @external long: Int @requires(fields: "name") far: Int }',
      resolvers: { Item: { long: ({ name }: { name: unknown }) => String(name).length, far: () => 9 } },
    },
  })
  const error = (...path: (string | number)[]) => ({
    message: 'lost is down',
    path,
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'lost' },
  })

  testAnswers(graph, [
    [
      'costs its own root fields, each told',
      '{ lost again: lost items { own } }',
      {
        data: { lost: null, again: null, items: [{ own: 1 }, { own: null }] },
        errors: [error('lost'), error('again')],
      },
    ],
    [
      'costs root fields in fragments, of those that are asked for',
      'query ($no: Boolean!) { ... on Query { lost @include(if: $no) ... on Query { also } } items { own } }',
      { data: { also: null, items: [{ own: 1 }, { own: null }] }, errors: [error('also')] },
      { no: false },
    ],
    [
      'costs everything where its root field must not be null',
      '{ items { own } lostToo }',
      { data: null, errors: [error('lostToo')] },
    ],
    [
      'costs its fields of an entity, told once for a list',
      '{ items { id name far } one { name far } }',
      {
        data: {
          items: [
            { id: '1', name: null, far: 9 },
            { id: '2', name: null, far: 9 },
          ],
          one: { name: null, far: 9 },
        },
        errors: [error('items'), error('one')],
      },
    ],
    [
      'costs the entity whose field must not be null',
      '{ items { must } one { must far } }',
      { data: { items: null, one: null }, errors: [error('items'), error('one')] },
    ],
    [
      'costs what requires its fields, of which nothing is asked',
      '{ items { long far } }',
      {
        data: {
          items: [
            { long: null, far: 9 },
            { long: null, far: 9 },
          ],
        },
        errors: [error('items')],
      },
    ],
  ])

  test('is asked no second time for what depends on the first', async () => {
    await graph.ask('{ items { long } }')
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['source', 'lost'])
  })
})

describe('what no subgraph can be asked for', () => {
  const graph = caseGraph({
    a: {
      sdl: 'interface Node @key(fields: "id") { id: ID! } type Query { a: Node fine: Int }',
      resolvers: { Query: { fine: () => 1 } },
    },
    b: {
      sdl: 'type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String } type Query { b: Node }',
    },
  })

  test('is refused, not answered with null', async () => {
    const refused = { message: 'No subgraph can answer x as it is asked for.', extensions: { code: 'UNANSWERABLE' } }
    await expect(graph.ask('{ x: a { field } }')).rejects.toMatchObject(refused)
    await expect(graph.ask('{ fine ... { x: a { field } } }')).rejects.toMatchObject(refused)
    await expect(graph.ask('{ fine x: a @include(if: false) { field } }')).resolves.toEqual({ data: { fine: 1 } })
  })
})

test('a value that is none of its type is told, whatever else is told', async () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query { broken: Int colour: Colour items: [Item] must: Deep }
        type Item { broken: Int! }
        type Deep { must: Item! }
        enum Colour { RED SECRET @inaccessible }
      `,
      resolvers: {
        Query: {
          broken: fail('broken'),
          colour: () => 'SECRET',
          items: () => [{ broken: 1 }, { broken: fail('no item') }],
          must: () => ({ must: { broken: fail('too deep') } }),
        },
      },
    },
  })
  const { errors } = await graph.ask('{ broken colour items { broken } must { must { broken } } }')
  // What a subgraph told of is told once, though it left null where there is always a value.
  expect(errors).toEqual([
    { message: 'broken', path: ['broken'] },
    { message: 'no item', path: ['items', 1, 'broken'] },
    { message: 'too deep', path: ['must', 'must', 'broken'] },
    { message: 'What the subgraph answered is no Colour.', path: ['colour'] },
  ])
})

test('an answer lists a hundred errors and says how many more there are', async () => {
  const graph = caseGraph({
    source: {
      sdl: 'type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { items: () => Array.from({ length: 250 }, (_, n) => ({ id: n % 2 })) } },
    },
    other: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String }',
      resolvers: { Item: { name: ({ id }: ById) => (id === '1' ? fail('no name')() : 'x') } },
    },
  })
  const { errors = [] } = await graph.ask('{ items { name } }')
  expect(errors).toHaveLength(101)
  expect(errors[99]).toEqual({ message: 'no name', path: ['items', 199, 'name'] })
  expect(errors[100]).toEqual({
    message: '25 more errors are not listed.',
    extensions: { code: 'ERRORS_OMITTED', omitted: 25 },
  })
})
