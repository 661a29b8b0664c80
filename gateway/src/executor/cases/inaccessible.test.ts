import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

describe('what clients must not see', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query {
          things: [Thing] strict: [Thing!] any: [Any] colours: [Colour] colour: Colour must: [[Colour!]!]
          echo(colour: Colour, filter: Filter): String
          secret: String @inaccessible
        }
        interface Thing { id: ID! hidden: String @inaccessible }
        type Open implements Thing @key(fields: "id") { id: ID! hidden: String @inaccessible internal: ID! @inaccessible }
        type Closed implements Thing @inaccessible { id: ID! hidden: String }
        union Any = Open | Closed
        enum Colour { RED GREEN @inaccessible BLUE }
        input Filter { text: String, rank: Int @inaccessible }
      `,
      resolvers: {
        Query: {
          things: () => [OPEN, CLOSED],
          strict: () => [OPEN, CLOSED],
          any: () => [CLOSED, OPEN],
          colours: () => ['RED', 'GREEN', null, 'BLUE'],
          colour: () => 'GREEN',
          must: () => [['RED'], ['BLUE', 'GREEN']],
          echo: (_: unknown, given: object) => JSON.stringify(given),
        },
      },
    },
    b: {
      sdl: `
        type Open @key(fields: "id") { id: ID! internal: ID! @external derived: String @requires(fields: "internal") colour: Colour }
        enum Colour { RED GREEN BLUE }
      `,
      resolvers: {
        Open: { derived: ({ internal }: { internal: string }) => `from ${internal}`, colour: () => 'BLUE' },
      },
    },
  })
  const noValue = (...path: (string | number)[]) => ({ message: 'What the subgraph answered is no Colour.', path })
  const noType = (...path: (string | number)[]) => ({
    message: 'What the subgraph answered is of a type that is not possible here.',
    path,
  })

  testAnswers(graph, [
    [
      'is null where an object’s type is hidden',
      '{ things { __typename id } any { __typename } }',
      {
        data: { things: [{ __typename: 'Open', id: 'o' }, null], any: [null, { __typename: 'Open' }] },
        errors: [noType('things', 1), noType('any', 0)],
      },
    ],
    [
      'takes the list with it whose items must not be null',
      '{ strict { id } colour }',
      { data: { strict: null, colour: null }, errors: [noType('strict', 1), noValue('colour')] },
    ],
    [
      'is null where an enum’s value is hidden',
      '{ colours must }',
      {
        data: { colours: ['RED', null, null, 'BLUE'], must: null },
        errors: [noValue('colours', 1), noValue('must', 1, 1)],
      },
    ],
    [
      'is used for what other fields require',
      '{ things { ... on Open { derived colour } } }',
      {
        data: { things: [{ derived: 'from i', colour: 'BLUE' }, null] },
        errors: [noType('things', 1)],
      },
    ],
    [
      'leaves what may be given',
      '{ echo(colour: BLUE, filter: { text: "x" }) }',
      { data: { echo: '{"colour":"BLUE","filter":{"text":"x"}}' } },
    ],
  ])

  test.each([
    ['a field', '{ secret }'],
    ['a field of an interface', '{ things { hidden } }'],
    ['a field of an object', '{ things { ... on Open { internal } } }'],
    ['a type', '{ things { ... on Closed { id } } }'],
    ['an enum’s value', '{ echo(colour: GREEN) }'],
    ['an input’s field', '{ echo(filter: { rank: 1 }) }'],
  ])('%s cannot be asked for', (_, query) => {
    expect(graph.invalid(query)).toHaveLength(1)
  })

  test('a hidden value cannot be given by a variable either', async () => {
    const query = 'query ($c: Colour, $f: Filter) { echo(colour: $c, filter: $f) }'
    await expect(graph.ask(query, { c: 'GREEN' })).rejects.toThrow('Value "GREEN" does not exist in "Colour" enum')
    await expect(graph.ask(query, { f: { rank: 1 } })).rejects.toThrow('Field "rank" is not defined by type "Filter"')
  })
})

const OPEN = { __typename: 'Open', id: 'o', hidden: 'h', internal: 'i' }
const CLOSED = { __typename: 'Closed', id: 'c', hidden: 'h' }

describe('values of an enum that only some subgraphs know', () => {
  const graph = caseGraph({
    a: {
      sdl: 'type Query { levels: [Level] } enum Level { LOW HIGH }',
      resolvers: { Query: { levels: () => ['LOW', 'HIGH'] } },
    },
    b: {
      sdl: 'type Query { extreme: Level } enum Level { LOW EXTREME }',
      resolvers: { Query: { extreme: () => 'EXTREME' } },
    },
  })

  testAnswers(graph, [
    [
      'are answered whoever knows them',
      '{ levels extreme }',
      { data: { levels: ['LOW', 'HIGH'], extreme: 'EXTREME' } },
    ],
  ])
})

describe('the machinery of federation', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        "Where all begins."
        type Query { item: Item @tag(name: "internal") }
        "A thing."
        type Item @key(fields: "id") { id: ID! old(by: Int @deprecated(reason: "no use")): Int @deprecated(reason: "use new") new: Level }
        enum Level { LOW @deprecated(reason: "use HIGH") HIGH }
      `,
      resolvers: { Query: { item: () => ({ id: '1', old: 1, new: 'LOW' }) } },
    },
  })

  test.each([
    '{ _service { sdl } }',
    '{ _entities(representations: []) { __typename } }',
    '{ __type(name: "join__Graph") { nothing } }',
  ])('%s is no field of the graph', (query) => {
    expect(graph.invalid(query)).toHaveLength(1)
  })

  testAnswers(graph, [
    [
      'is in no introspection, beside which data is answered',
      `query ($old: Boolean!) {
        s: __schema { queryType { name description } types { name } directives { name } }
        item { new }
        __type(name: "Item") { description all: fields(includeDeprecated: $old) { name deprecationReason } fields { name } }
        none: __type(name: "_Entity") { name }
      }`,
      {
        data: {
          s: {
            queryType: { name: 'Query', description: 'Where all begins.' },
            types: expect.not.arrayContaining([{ name: expect.stringMatching(/^(_[^_]|join__|link__|core__)/) }]),
            directives: ['include', 'skip', 'deprecated', 'specifiedBy', 'oneOf'].map((name) => ({ name })),
          },
          item: { new: 'LOW' },
          __type: {
            description: 'A thing.',
            all: [
              { name: 'id', deprecationReason: null },
              { name: 'old', deprecationReason: 'use new' },
              { name: 'new', deprecationReason: null },
            ],
            fields: [{ name: 'id' }, { name: 'new' }],
          },
          none: null,
        },
      },
      { old: true },
    ],
  ])

  test('introspection alone asks no subgraph', async () => {
    await graph.ask('{ __typename __schema { queryType { name } } }')
    expect(graph.calls).toEqual([])
  })
})
