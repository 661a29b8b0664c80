import type { FetchNode } from '@apollo/query-planner'
import { buildSchema, OperationTypeNode } from 'graphql'
import { expect, test } from 'vitest'
import { compileContexts } from './context-values.ts'
import type { ResponseObject } from './response-object.ts'

const schema = buildSchema(`
  interface Owner { id: ID }
  type Firm implements Owner { id: ID }
  type User implements Owner { id: ID }
  type Item { id: ID }
  type Query { owner: Owner }
`)

/** @param type of the argument @param paths where its value is, as a plan says it */
function fetchOf(type: string, ...paths: readonly string[]): FetchNode {
  return {
    kind: 'Fetch',
    serviceName: 'items',
    operation: `query ($r: [_Any!]!, $c: ${type}, $no: Boolean!) { _entities(representations: $r) { ... on Item { ...F } } }
      fragment F on Item { price(in: $c) @skip(if: $no) }`,
    operationKind: OperationTypeNode.QUERY,
    operationName: undefined,
    contextRewrites: paths.map((path) => ({ kind: 'KeyRenamer', path: path.split('/'), renameKeyTo: 'c' })),
  }
}

const ITEM = ['owners', '@', 'items', '@']
const FIRM = '../... on Firm/rate'
const USER = '../... on User/rate'
const FAR = '../../rate'

/** Value -> the ids of the items that have it. */
function grouped(fetch: FetchNode, data: ResponseObject, no = false): Readonly<Record<string, readonly unknown[]>> {
  const groups = compileContexts(fetch, ITEM, schema)({ data, coerced: { no } })
  return Object.fromEntries(groups.map(({ values, objects }) => [values.get('c'), objects.map(({ id }) => id)]))
}

const owner = (__typename: string, rate: unknown, ...ids: readonly number[]) => ({
  __typename,
  ...(rate !== undefined && { rate }),
  items: ids.map((id) => ({ id })),
})

test.each<[string, FetchNode, ResponseObject, Readonly<Record<string, readonly number[]>>]>([
  [
    'entities are grouped by the value of what they are in',
    fetchOf('Int', FIRM, USER),
    { owners: [owner('Firm', 1, 10), owner('User', 2, 20, 21), owner('User', 1, 30)] },
    { 1: [10, 30], 2: [20, 21] },
  ],
  [
    'the nearest that sets it counts, in whatever order they come',
    fetchOf('Int', FAR, FIRM),
    { rate: 7, owners: [owner('Firm', 1, 10), owner('User', 2, 20)] },
    { 1: [10], 7: [20] },
  ],
  [
    'one that is missing where it is set is not looked for further up',
    fetchOf('Int', FIRM, FAR),
    { rate: 7, owners: [owner('Firm', undefined, 10), owner('User', 2, 20)] },
    { 7: [20] },
  ],
  ['what nobody sets is null', fetchOf('Int', FIRM), { owners: [owner('User', 2, 20)] }, { null: [20] }],
  [
    'an argument that takes no null is none without a value',
    fetchOf('Int!', FIRM),
    { owners: [owner('Firm', null, 10), owner('User', 2, 20), owner('Firm', 1, 30)] },
    { 1: [30] },
  ],
  [
    'of what is of no type that is known, it is taken where it is',
    fetchOf('Int', FIRM),
    { owners: [owner('Owner', 1, 10), { items: [{ id: 20 }] }] },
    { 1: [10] },
  ],
  [
    'of a list it is the list of what is below its items',
    fetchOf('[Int]', '../... on Firm/rates/of'),
    { owners: [{ ...owner('Firm', 1, 10), rates: [[{ of: 1 }, null], [{ of: null }]] }] },
    { '[[1,null],[null]]': [10] },
  ],
  [
    'a list of which an item lacks it is missing',
    fetchOf('[Int]', '../... on Firm/rates/of'),
    { owners: [{ ...owner('Firm', 1, 10), rates: [{ of: 1 }, {}] }] },
    {},
  ],
])('%s', (_, fetch, data, expected) => {
  expect(grouped(fetch, data)).toEqual(expected)
})

test('of what is not selected no value is asked for', () => {
  expect(grouped(fetchOf('Int', FIRM), { owners: [owner('Firm', undefined, 10)] }, true)).toEqual({ null: [10] })
})

test.each(['../../../rate', '../rates/... on Firm/of', '../... on Firm'])('a plan that reads %s is refused', (path) => {
  expect(() => compileContexts(fetchOf('Int', path), ITEM, schema)).toThrow(
    expect.objectContaining({ extensions: { code: 'UNSUPPORTED_PLAN' } }),
  )
})
