import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

describe('what is given', () => {
  const echo = (_: unknown, given: object) => JSON.stringify(given)
  const graph = caseGraph({
    a: {
      sdl: `
        scalar Json
        type Query { item: Item echo(text: String, json: Json, filter: Filter, list: [[Int!]], id: ID, float: Float, flag: Boolean): String }
        type Item @key(fields: "id") { id: ID! a(x: Int): String }
        input Filter { text: String, rank: Int = 3, inner: Filter, tags: [String!] = ["t"] }
      `,
      resolvers: { Query: { item: () => ({ id: '1' }), echo }, Item: { a: echo } },
    },
    b: {
      sdl: `
        type Item @key(fields: "id") { id: ID! b(x: Int, filter: Filter): String }
        input Filter { text: String, rank: Int = 3, inner: Filter, tags: [String!] = ["t"] }
      `,
      resolvers: { Item: { b: echo } },
    },
  })

  testAnswers(graph, [
    [
      'goes to the subgraph whose field takes it',
      'query ($x: Int, $y: Int) { item { a(x: $x) b(x: $y) } }',
      { data: { item: { a: '{"x":1}', b: '{"x":2}' } } },
      { x: 1, y: 2 },
    ],
    [
      'is a default where nothing is given, and null where that is given',
      'query ($x: Int = 7, $y: Int = 8, $z: Int) { item { a(x: $x) b(x: $y) c: b(x: $z) } }',
      { data: { item: { a: '{"x":7}', b: '{"x":null}', c: '{}' } } },
      { y: null },
    ],
    [
      'is missing where nothing is given, whatever it is called',
      'query ($constructor: Int, $toString: Int) { item { a(x: $constructor) b(x: $toString) } }',
      { data: { item: { a: '{}', b: '{}' } } },
    ],
    [
      'keeps null and missing apart within objects',
      'query ($f: Filter, $t: String) { e: echo(filter: $f) l: echo(filter: { text: null, inner: { text: $t } }) }',
      {
        data: {
          e: '{"filter":{"text":null,"rank":3,"inner":{"rank":null,"tags":["t"]},"tags":[]}}',
          l: '{"filter":{"text":null,"rank":3,"inner":{"rank":3,"tags":["t"]},"tags":["t"]}}',
        },
      },
      { f: { text: null, inner: { rank: null }, tags: [] } },
    ],
    [
      'may be a list where one item is given, and lists of lists',
      'query ($l: [[Int!]]) { a: echo(list: 1) b: echo(list: [[1, 2], null, []]) c: echo(list: $l) }',
      {
        data: { a: '{"list":[[1]]}', b: '{"list":[[1,2],null,[]]}', c: '{"list":[[4],null]}' },
      },
      { l: [[4], null] },
    ],
    [
      'keeps every character',
      'query ($t: String) { v: echo(text: $t) l: echo(text: "\\"\\\\ \\u00e9 \\n \\t 漢 😀") b: echo(text: """a "b"\n  c""") }',
      {
        data: {
          v: JSON.stringify({ text: '"\\ é \n\t \u0000 \u2028 漢 😀 \ud83d' }),
          l: JSON.stringify({ text: '"\\ é \n \t 漢 😀' }),
          b: JSON.stringify({ text: 'a "b"\nc' }),
        },
      },
      { t: '"\\ é \n\t \u0000 \u2028 漢 😀 \ud83d' },
    ],
    [
      'may be anything where the scalar is the subgraph’s own',
      'query ($j: Json) { v: echo(json: $j) l: echo(json: { a: [1, "x", null, { b: true }], c: $j }) }',
      {
        data: {
          v: '{"json":{"deep":[1.5,{"__proto__x":null}]}}',
          l: '{"json":{"a":[1,"x",null,{"b":true}],"c":{"deep":[1.5,{"__proto__x":null}]}}}',
        },
      },
      { j: { deep: [1.5, { __proto__x: null }] } },
    ],
    [
      'is coerced as its type says',
      'query ($i: ID, $f: Float) { echo(id: $i, float: $f, flag: true) n: echo(id: 5, float: 1e3) }',
      { data: { echo: '{"id":"7","float":2,"flag":true}', n: '{"id":"5","float":1000}' } },
      { i: 7, f: 2 },
    ],
  ])

  test('goes to no other subgraph', async () => {
    await graph.ask('query ($x: Int, $y: Int) { item { a(x: $x) b(x: $y) } }', { x: 1, y: 2, more: 3 })
    expect(graph.calls.map(({ subgraph, variables }) => [subgraph, variables])).toEqual([
      ['a', { x: 1 }],
      ['b', { y: 2, representations: [{ __typename: 'Item', id: '1' }] }],
    ])
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['of another type', 'query ($x: Int) { item { a(x: $x) } }', { x: 'one' }],
    ['beyond 32 bits', 'query ($x: Int) { item { a(x: $x) } }', { x: 2 ** 31 }],
    ['null that must not be', 'query ($x: Int!) { item { a(x: $x) } }', { x: null }],
    ['missing', 'query ($x: Int!) { item { a(x: $x) } }', {}],
    ['with a field that there is not', 'query ($f: Filter) { echo(filter: $f) }', { f: { other: 1 } }],
  ])('is refused before a subgraph is asked: %s', async (_, query, variables) => {
    await expect(graph.ask(query, variables)).rejects.toThrow('Variable "$')
    expect(graph.calls).toEqual([])
  })
})

describe('what is answered', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        scalar Json scalar Big
        type Query {
          float: Float int: Int text: String id: ID ids: [ID!] json: Json big: Big flags: [Boolean]
          deep: [[[Int]!]] none: [Int] empty: [Int!]! jsons: [Json!]
        }
      `,
      resolvers: {
        Query: {
          float: () => 12_345_678_901_234,
          int: () => -2_147_483_648,
          text: () => '"\\/ \u0000\u001f\u2028 é 漢 😀',
          id: () => 9_007_199_254_740_991,
          ids: () => ['0', 7],
          json: () => ({ a: [null, { ' b"': 1.5e300 }], constructor: 'x' }),
          big: () => '9007199254740993',
          flags: () => [true, false, null],
          deep: () => [[[1, null], []], null, [[]]],
          none: () => null,
          empty: () => [],
          jsons: () => [0, '', false, {}, []],
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'is what the subgraph said, to the last digit and character',
      '{ float int text id ids json big flags deep none empty jsons }',
      {
        data: {
          float: 12_345_678_901_234,
          int: -2_147_483_648,
          text: '"\\/ \u0000\u001f\u2028 é 漢 😀',
          id: '9007199254740991',
          ids: ['0', '7'],
          json: { a: [null, { ' b"': 1.5e300 }], constructor: 'x' },
          big: '9007199254740993',
          flags: [true, false, null],
          deep: [[[1, null], []], null, [[]]],
          none: null,
          empty: [],
          jsons: [0, '', false, {}, []],
        },
      },
    ],
  ])
})
