import { buildSchema, getOperationAST, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { compileResponse, type Writing } from './response.ts'
import type { ResponseObject } from './response-object.ts'
import { fragmentsOf } from './root-fields.ts'

const schema = buildSchema(`
  type Query { a: A must: A! list: [A!] strict: [A!]! loose: [[A]!] n: Int f: Float any: Any node: Node }
  type A implements Node { id: ID! n: Int must: Int! a: A }
  type B implements Node { id: ID! b: String }
  interface Node { id: ID! }
  union Any = A | B
`)

/** The JSON, and the messages and paths of what was found faulty. */
function written(query: string, data: ResponseObject, clientKeys: Record<string, string> = {}) {
  const document = parse(query)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('no operation')
  const names = { fragments: fragmentsOf(document.definitions), clientKeys: new Map(Object.entries(clientKeys)) }
  const write = compileResponse(schema, operation, names)
  const writing: Writing = { coerced: {}, introspect: () => 'introspected', faults: [], path: [], isFaulty: false }
  const json = write(data, writing)
  const silent: Writing = { ...writing, faults: [], path: undefined, isFaulty: false }
  expect(write(data, silent)).toBe(json)
  expect(silent.isFaulty).toBe(writing.isFaulty)
  return { json, faults: writing.faults.map(({ message, path }) => `${path?.join('.')}: ${message}`) }
}

const NULL = 'The subgraph answered null where there is always a value.'
const OK: string[] = []

describe('null where there must be a value', () => {
  test.each<[string, string, ResponseObject, string, string[]]>([
    ['stays where it may', '{ a { n } n }', { a: { n: null }, n: null }, '{"a":{"n":null},"n":null}', OK],
    ['is what is missing', '{ a { n a { n } } }', { a: {} }, '{"a":{"n":null,"a":null}}', OK],
    ['takes its object', '{ a { must } n }', { a: { must: null }, n: 1 }, '{"a":null,"n":1}', [`a.must: ${NULL}`]],
    [
      'takes objects up to one that may be null',
      '{ a { a { must } n } }',
      { a: { a: {}, n: 1 } },
      '{"a":{"a":null,"n":1}}',
      [`a.a.must: ${NULL}`],
    ],
    ['takes everything from a root field', '{ n must { n } }', { n: 1, must: null }, 'null', [`must: ${NULL}`]],
    [
      'takes everything through a root field',
      '{ n must { must } }',
      { n: 1, must: {} },
      'null',
      [`must.must: ${NULL}`],
    ],
    ['takes a list', '{ list { n } n }', { list: [{ n: 1 }, null], n: 1 }, '{"list":null,"n":1}', [`list.1: ${NULL}`]],
    [
      'takes a list through its item',
      '{ list { must } }',
      { list: [{ must: 1 }, {}] },
      '{"list":null}',
      [`list.1.must: ${NULL}`],
    ],
    ['takes all through a list', '{ strict { must } n }', { strict: [{}], n: 1 }, 'null', [`strict.0.must: ${NULL}`]],
    [
      'takes the inner list, then the outer',
      '{ loose { n } }',
      { loose: [[{ n: 1 }], null] },
      '{"loose":null}',
      [`loose.1: ${NULL}`],
    ],
    [
      'takes an item that may be null',
      '{ loose { must } }',
      { loose: [[{}, { must: 1 }]] },
      '{"loose":[[null,{"must":1}]]}',
      [`loose.0.0.must: ${NULL}`],
    ],
    [
      'is told of each place',
      '{ a { must } list { must } }',
      { a: {}, list: [{}, {}] },
      '{"a":null,"list":null}',
      [`a.must: ${NULL}`, `list.0.must: ${NULL}`, `list.1.must: ${NULL}`],
    ],
  ])('%s', (_, query, data, json, faults) => {
    expect(written(query, data)).toEqual({ json, faults })
  })
})

describe('what is no value of its type', () => {
  test.each<[string, string, ResponseObject, string, string[]]>([
    ['a leaf', '{ n }', { n: 'x' }, '{"n":null}', ['n: What the subgraph answered is no Int.']],
    [
      'a leaf that must be',
      '{ a { must } }',
      { a: { must: 'x' } },
      '{"a":null}',
      ['a.must: What the subgraph answered is no Int.'],
    ],
    [
      'a number beyond all',
      '{ f }',
      { f: JSON.parse('1e400') },
      '{"f":null}',
      ['f: What the subgraph answered is no Float.'],
    ],
    ['an object', '{ a { n } }', { a: 5 }, '{"a":null}', ['a: What the subgraph answered is no object.']],
    ['a list as an object', '{ a { n } }', { a: [] }, '{"a":null}', ['a: What the subgraph answered is no object.']],
    ['a list', '{ list { n } }', { list: {} }, '{"list":null}', ['list: What the subgraph answered is no list.']],
    [
      'an object of no type',
      '{ any { __typename } }',
      { any: { __typename: 'C' } },
      '{"any":null}',
      ['any: What the subgraph answered is of a type that is not possible here.'],
    ],
    [
      'an object of a type that does not implement the interface',
      '{ node { id } n }',
      { node: { __typename: 'Query', id: 'x' }, n: 1 },
      '{"node":null,"n":1}',
      ['node: What the subgraph answered is of a type that is not possible here.'],
    ],
    [
      'an interface where there is a union',
      '{ any { __typename } }',
      { any: { __typename: 'Node' } },
      '{"any":null}',
      ['any: What the subgraph answered is of a type that is not possible here.'],
    ],
  ])('is null: %s', (_, query, data, json, faults) => {
    expect(written(query, data)).toEqual({ json, faults })
  })
})

describe('what is selected, and nothing else', () => {
  test.each<[string, string, ResponseObject, string]>([
    [
      'in the order of the operation',
      '{ n a { n id: n } }',
      { a: { id: 2, n: 1, more: 3 }, n: 0 },
      '{"n":0,"a":{"n":1,"id":2}}',
    ],
    [
      'merged where it stands twice',
      '{ a { n } a { a { n } } a { a { id } } }',
      { a: { n: 1, a: { n: 2, id: 'x' } } },
      '{"a":{"n":1,"a":{"n":2,"id":"x"}}}',
    ],
    [
      'by the type that an object is of',
      '{ any { ... on A { n } ... on B { b } ... on Node { id } } }',
      { any: { __typename: 'B', b: 'x', n: 1, id: 5 } },
      '{"any":{"b":"x","id":"5"}}',
    ],
    ['by an interface where no type is told', '{ node { id } }', { node: { id: 'x' } }, '{"node":{"id":"x"}}'],
    [
      'with names of types',
      '{ __typename t: __typename any { __typename } a { __typename } }',
      { any: { __typename: 'A' }, a: {} },
      '{"__typename":"Query","t":"Query","any":{"__typename":"A"},"a":{"__typename":"A"}}',
    ],
    [
      'with what introspection says',
      '{ __schema { types { name } } n }',
      { n: 1 },
      '{"__schema":"introspected","n":1}',
    ],
    [
      'under names that mean something to a program',
      '{ a { __proto__: n toJSON: n constructor: n } }',
      { a: JSON.parse('{ "__proto__": 1, "toJSON": 2, "constructor": 3 }') },
      '{"a":{"__proto__":1,"toJSON":2,"constructor":3}}',
    ],
    ['an empty object where nothing is', '{ any { ... on A { n } } }', { any: { __typename: 'B' } }, '{"any":{}}'],
  ])('%s', (_, query, data, json) => {
    expect(written(query, data)).toEqual({ json, faults: OK })
  })

  test('under the keys that clients know, in paths too', () => {
    const answer = written('{ a { _client_id: n must } }', { a: { _client_id: 1 } }, { _client_id: 'id', a: 'A' })
    expect(answer).toEqual({ json: '{"A":null}', faults: [`A.must: ${NULL}`] })
  })
})
