import { composeServices } from '@apollo/composition'
import { Supergraph } from '@apollo/federation-internals'
import { getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { createCostCompiler } from './cost.ts'
import { readCostDirectives } from './cost-directives.ts'
import type { CostLimits } from './list-size.ts'
import { SHOPS } from './testing/costly-shop.ts'

const LIMITS = { cost_max: Number.MAX_SAFE_INTEGER, list_items_assumed: 10, page_items_max: 1_000 }

const estimateIn = (
  shop: LoadedSupergraph,
  query: string,
  variables: Record<string, unknown> = {},
  limits: CostLimits = LIMITS,
) => {
  const document = parse(query)
  expect(validate(shop.apiSchema, document)).toEqual([])
  const operation = getOperationAST(document)
  if (operation === null || operation === undefined) throw new Error('no operation')
  const { coerced, errors } = getVariableValues(shop.apiSchema, operation.variableDefinitions ?? [], variables)
  if (coerced === undefined) throw new Error(errors?.join('\n'))
  return createCostCompiler(shop.apiSchema, shop.costs, limits)(document, operation)(coerced)
}
const estimate = (query: string, variables?: Record<string, unknown>) =>
  estimateIn(SHOPS['imported by name'], query, variables)

describe('the cost of', () => {
  test.each<[string, string, number, Record<string, unknown>?]>([
    ['leaves alone', '{ __typename rebate }', 0],
    ['an object', '{ me { id name } }', 1],
    ['an object in an object, by its type', '{ me { avatar { url } } }', 1 + 5],
    ['a leaf with a weight', '{ report }', 50],
    ['two aliases of it', '{ a: report b: report }', 100],
    ['a mutation', 'mutation { rename(input: {}) { id } }', 10 + 1 + 1],
    ['one event of a subscription', 'subscription { joined { id } }', 1],
    ['introspection', '{ __schema { types { fields { name } } } __type(name: "User") { name } }', 0],
    ['a list of nobody knows how many', '{ search { __typename } }', 10 * 3],
    ['a list of leaves', '{ me { tags } }', 1],
    ['a list of lists', '{ grid { id } }', 10 * 10],
    ['a list of an assumed size', '{ top { id avatar { url } } }', 3 * (1 + 5)],
    ['a page of the default size', '{ users { id } }', 5],
    ['a page of two', '{ users(first: 2) { id } }', 2],
    ['a page of none', '{ users(first: 0) { id } }', 0],
    ['a page by a variable', 'query ($n: Int) { users(first: $n) { id } }', 4, { n: 4 }],
    ['a page by a variable’s default', 'query ($n: Int = 6) { users(first: $n) { id } }', 6],
    ['a page by a variable that is not given', 'query ($n: Int) { users(first: $n) { id } }', 5],
    ['a page of a negative size, as if of an unknown', '{ users(first: -3) { id } }', 10],
    ['a connection', '{ page(first: 4) { nodes { id } } }', 1 + 4],
    ['a connection’s edges', '{ page(first: 4) { edges { node { id } } } }', 1 + 4 * 2],
    [
      'a connection through fragments',
      '{ page(first: 4) { ...F ... { total } } } fragment F on UserConnection { nodes { id } }',
      1 + 4,
    ],
    ['a connection’s other list', '{ page(first: 4) { others { id } } }', 1 + 10],
    ['a connection without a size', '{ page { nodes { id } } }', 1 + 20],
    ['a connection whose size is null', 'query ($n: Int) { page(first: $n) { nodes { id } } }', 1 + 20, { n: null }],
    ['the larger of two sizes', '{ page(first: 4, last: 6) { nodes { id } } }', 1 + 6],
    [
      'lists in lists in lists',
      '{ users(first: 100) { orders(first: 100) { buyer { orders(first: 100) { id } } } } }',
      100 * (1 + 100 * (3 + 1 + 100 * 3)),
    ],
    ['an argument with a weight', '{ find(text: "x") { id } }', 4 + 1],
    ['that argument left out', '{ find { id } }', 1],
    ['that argument null', '{ find(text: null) { id } }', 1],
    ['input objects, one each', '{ find(filter: { and: [{}, { and: [{}] }] }) { id } }', 4 + 1],
    ['a weight in an input object', '{ find(filter: { age: 1, name: "x" }) { id } }', 1 + 2 + 1],
    [
      'input objects by a variable',
      'query ($f: Filter) { find(filter: $f) { id } }',
      2 + 2 + 1,
      { f: { and: [{ age: 3 }] } },
    ],
    ['an enum as argument', '{ tint(colour: RED) }', 6],
    ['an interface: the costliest of its types', '{ node { id } }', 3],
    [
      'fields of an interface’s types: the costliest together',
      '{ node { ... on User { avatar { url } } ... on Order { id buyer { id } } } }',
      1 + 5,
    ],
    ['a union', '{ search { ... on User { avatar { url } } } }', 10 * (1 + 5)],
    ['a list whose size depends on the type', '{ node { friends(first: 9) { id } } }', 1 + 9 * 3],
    ['a fragment on the interface', '{ me { ...F } } fragment F on Node { id friends(first: 1) { id } }', 1 + 3],
    ['what is skipped', '{ me { avatar @skip(if: true) { url } ... @include(if: false) { avatar { url } } } }', 1],
    [
      'what a variable skips',
      'query ($s: Boolean!) { me { avatar @skip(if: $s) { url } } report @include(if: $s) }',
      1 + 50,
      { s: true },
    ],
    [
      'what a variable does not skip',
      'query ($s: Boolean!) { me { avatar @skip(if: $s) { url } } report @include(if: $s) }',
      1 + 5,
      { s: false },
    ],
    [
      'a fragment as often as it is spread',
      '{ a: me { ...F } b: me { ...F } } fragment F on User { avatar { url } }',
      2 * (1 + 5),
    ],
    ['a field that is selected twice, once', '{ report me { id } report me { name avatar { url } } }', 50 + 1 + 5],
    ['one that several fragments select, once', '{ ...F ...F ... { report } } fragment F on Query { report }', 50],
    [
      'lists that are merged, with all that is selected of their items',
      '{ users(first: 4) { id } users(first: 4) { avatar { url } ... on User { avatar { url } } } }',
      4 * (1 + 5),
    ],
    [
      'a field of a type and of its interface',
      '{ me { friends(first: 2) { id } ... on Node { friends(first: 2) { id } } } }',
      1 + 2 * 3,
    ],
    [
      'a field that is selected under conditions, where one of them holds',
      `query ($a: Boolean!, $b: Boolean!) {
        me @include(if: $a) { avatar { url } }
        me @include(if: $b) { id }
        report @include(if: $a) @skip(if: $a)
      }`,
      1,
      { a: false, b: true },
    ],
    [
      'the same where both hold',
      `query ($a: Boolean!, $b: Boolean!) {
        me @include(if: $a) { avatar { url } }
        me @include(if: $b) { avatar @include(if: $a) { url } }
      }`,
      1 + 5,
      { a: true, b: true },
    ],
    ['the same under two names, twice', '{ report again: report }', 100],
  ])('%s', (_, query, expected, variables) => {
    for (const [imported, shop] of Object.entries(SHOPS))
      expect(estimateIn(shop, query, variables), imported).toEqual({ cost: expected, refusals: [] })
  })
})

describe('what is refused, whatever it costs', () => {
  const codes = (query: string, variables?: Record<string, unknown>) =>
    estimate(query, variables).refusals.map(({ extensions }) => extensions.code)

  test.each<[string, string, string[], Record<string, unknown>?]>([
    ['one of two paging arguments is fine', '{ strict(first: 1) { id } }', []],
    ['none of two is not', '{ strict { id } }', ['SLICING_ARGUMENT_REQUIRED']],
    ['both are not', '{ strict(first: 1, last: 1) { id } }', ['SLICING_ARGUMENT_REQUIRED']],
    ['null is none', 'query ($n: Int) { strict(first: $n) { id } }', ['SLICING_ARGUMENT_REQUIRED'], { n: null }],
    ['a default is one', '{ users { id } }', []],
    [
      'each field is told once, whichever types share it',
      '{ search { ...F } node { ...F } } fragment F on Node { friends { id } }',
      ['SLICING_ARGUMENT_REQUIRED'],
    ],
    ['the largest page', '{ users(first: 1000) { id } }', []],
    ['a larger one', '{ users(first: 1001) { id } }', ['PAGE_TOO_LARGE']],
    [
      'a larger one by a variable',
      'query ($n: Int) { page(last: $n) { nodes { id } } }',
      ['PAGE_TOO_LARGE'],
      { n: 2_000_000_000 },
    ],
  ])('%s', (_, query, expected, variables) => {
    expect(codes(query, variables)).toEqual(expected)
  })
})

test.each([
  [11, []],
  [10, [{ code: 'OPERATION_TOO_COSTLY', cost: 11, limit: 10 }]],
])('where %i is the limit, an operation of 11', (cost_max, expected) => {
  const { refusals } = estimateIn(SHOPS.renamed, '{ page(first: 10) { nodes { id } } }', {}, { ...LIMITS, cost_max })
  expect(refusals.map(({ extensions }) => extensions)).toEqual(expected)
})

test('sizes that multiply beyond all numbers stay above every limit', () => {
  const nest = (depth: number): string =>
    depth === 0 ? 'id' : `orders(first: 2000000000) { buyer { ${nest(depth - 1)} } }`
  expect(estimate(`{ me { ${nest(60)} } }`).cost).toBe(Number.MAX_SAFE_INTEGER)
})

test('types that meet again and again below an interface are reckoned once each', () => {
  const nest = (depth: number): string => (depth === 0 ? 'id' : `friends(first: 1) { ${nest(depth - 1)} }`)
  // Each level has two types with two list sizes: 2^200 ways.
  expect(estimate(`query { node { ${nest(200)} } }`).cost).toBe(Number.MAX_SAFE_INTEGER)
})

describe('a document in which fields come together in more ways than can be looked at', () => {
  /** Not validated, which takes graphql-js longer than it is worth here. */
  function costOf(text: string, variables: Record<string, unknown> = {}): number {
    const { apiSchema, costs } = SHOPS.renamed
    const document = parse(text)
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    return createCostCompiler(apiSchema, costs, LIMITS)(document, operation)(variables).cost
  }

  test('by the types that are met on the way to them', () => {
    const LEVELS = 24
    const level = (depth: number, state: number): string => {
      const to = (...states: number[]) =>
        depth === LEVELS ? '{ id }' : `{ ${states.map((next) => `...S${depth + 1}_${next}`).join(' ')} }`
      const next = state === 0 ? [0] : [Math.min(state + 1, LEVELS)]
      const ofUser = state === 0 ? [0, 1] : next
      return `fragment S${depth}_${state} on Node {
        ... on User { friends(first: 1) ${to(...ofUser)} } ... on Order { friends(first: 1) ${to(...next)} }
      }`
    }
    const fragments = Array.from({ length: LEVELS + 1 }, (_, depth) =>
      Array.from({ length: LEVELS + 1 }, (_, state) => level(depth, state)),
    )
    expect(costOf(`{ node { ...S0_0 } } ${fragments.flat().join(' ')}`)).toBeGreaterThan(3 * LEVELS)
  })

  test('by the conditions under which they are taken', () => {
    const LEVELS = 40
    const chain = Array.from(
      { length: LEVELS },
      (_, depth) =>
        `fragment F${depth} on User { ...F${depth + 1} @include(if: $a${depth}) ...F${depth + 1} @include(if: $b${depth}) }`,
    )
    const query = `query { me { ...F0 } } ${chain.join(' ')} fragment F${LEVELS} on User { avatar { url } }`
    const names = Array.from({ length: LEVELS }, (_, depth) => [`a${depth}`, `b${depth}`]).flat()
    const all = (value: boolean) => Object.fromEntries(names.map((name) => [name, value]))
    expect(costOf(query, all(false))).toBe(1)
    expect(costOf(query, all(true))).toBeGreaterThanOrEqual(1 + 5)
  })
})

test('a supergraph without cost directives has costs', () => {
  const { supergraphSdl = '' } = composeServices([
    { name: 'only', url: 'http://only.example', typeDefs: parse('type Query { a: [A] } type A { b: Int }') },
  ])
  const directives = readCostDirectives(Supergraph.build(supergraphSdl))
  expect([directives.weight('A'), directives.listSize('Query.a')]).toEqual([undefined, undefined])
})
