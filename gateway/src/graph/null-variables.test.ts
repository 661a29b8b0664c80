// A variable may be null where its field takes no null, if it or the argument has a default: what validation lets pass is
// told before any subgraph hears of it.

import { buildSchema, getOperationAST, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { compileNullFaults } from './null-variables.ts'

let library: Library
beforeAll(async () => {
  const typeDefs = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    input Filter { count: Int! = 3 and: [Filter!] }
    type Query { wait(ms: Int!): Int rated(outOf: Int! = 5): Int sum(of: [Int!]): Int found(filter: Filter): Int echo(n: Int): Int }
    type Subscription { ticks(ms: Int!): Int }
  `
  const resolvers = {
    Query: {
      wait: (_: unknown, { ms }: { ms: number }) => ms,
      rated: (_: unknown, { outOf }: { outOf: number }) => outOf,
      echo: (_: unknown, { n }: { n: number | null }) => n,
    },
  }
  library = await startLibrary({ definitions: { finder: { typeDefs, resolvers } } })
})
afterAll(() => library.close())

const refusal = (type: string) => ({
  message: `Variable "$x" must not be null: "${type}" is expected.`,
  extensions: { code: 'BAD_USER_INPUT' },
})
const NULL = { x: null }

const REFUSED = [
  ['an argument', 'query ($x: Int = 1) { wait(ms: $x) }', 'Int!'],
  ['an argument with a default', 'query ($x: Int) { rated(outOf: $x) }', 'Int!'],
  ['an item of a list', 'query ($x: Int = 1) { sum(of: [1, $x]) }', 'Int!'],
  ['a field of an input object', 'query ($x: Int = 1) { found(filter: { and: [{ count: $x }] }) }', 'Int!'],
  ['an argument in a fragment', 'query ($x: Int = 1) { ...F } fragment F on Query { ... { wait(ms: $x) } }', 'Int!'],
  ['@include', 'query ($x: Boolean = true) { echo @include(if: $x) }', 'Boolean!'],
  ['@skip of a fragment', 'query ($x: Boolean = true) { ... @skip(if: $x) { echo } }', 'Boolean!'],
  ['two arguments', 'query ($x: Int = 1) { wait(ms: $x) rated(outOf: $x) }', 'Int!'],
  ['one of two fields', 'query ($x: Int = 1) { a: wait(ms: $x) @include(if: false) b: wait(ms: $x) }', 'Int!'],
].map(([place = '', query = '', type = '']) => ({ place, query, type }))

describe('null for a variable that is the value of', () => {
  test.each(REFUSED)('$place, over HTTP', async ({ query, type }) => {
    const { status, body } = await library.post({ query, variables: NULL })
    expect([status, body]).toMatchObject([400, { errors: [refusal(type)] }])
    expect(body).not.toHaveProperty('data')
  })

  const SUBSCRIPTION = { place: 'a stream', query: 'subscription ($x: Int = 1) { ticks(ms: $x) }', type: 'Int!' }
  test.each([...REFUSED, SUBSCRIPTION])('$place, over a socket', async ({ query, type }) => {
    const answered = library.socket().iterate({ query, variables: NULL }).next()
    await expect(answered).rejects.toMatchObject([refusal(type)])
  })
})

test('no subgraph has heard of any of these', () => {
  expect([library.subgraphs.get('finder')?.calls, library.subgraphs.get('finder')?.subscribes]).toEqual([[], []])
})

test.each<[string, string, Record<string, unknown>, object]>([
  ['the default, where nothing is given', 'query ($x: Int = 1) { wait(ms: $x) }', {}, { wait: 1 }],
  ['the default of the argument', 'query ($x: Int) { rated(outOf: $x) }', {}, { rated: 5 }],
  ['null where a field takes it', 'query ($x: Int = 1) { echo(n: $x) }', NULL, { echo: null }],
  [
    'null on a field that is not selected',
    'query ($x: Int = 1, $on: Boolean!) { echo(n: 7) ... @include(if: $on) { wait(ms: $x) } }',
    { ...NULL, on: false },
    { echo: 7 },
  ],
])('takes %s', async (_, query, variables, data) => {
  expect((await library.post({ query, variables })).body).toEqual({ data })
})

test('null in a fragment that is spread more often than anybody could look is found, and where it is on no condition is not', () => {
  const schema = buildSchema('type Query { wait(ms: Int!): Int echo(n: Int): Int }')
  const doubling = Array.from({ length: 60 }, (_, n) => `fragment F${n + 1} on Query { ...F${n} ...F${n} }`).join(' ')
  const faultsOf = (spread: string, coerced: Record<string, unknown>) => {
    const document = parse(`query ($x: Int = 1, $on: Boolean!) { ${spread} }
      fragment F0 on Query { wait(ms: $x) } ${doubling}`)
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    return compileNullFaults(schema, document, operation)(coerced)
  }
  expect(faultsOf('...F60', { x: null, on: true })).toMatchObject([{ message: refusal('Int!').message }])
  expect(faultsOf('...F60', { x: 1, on: true })).toEqual([])
  expect(faultsOf('...F60 @include(if: $on)', { x: null, on: false })).toEqual([])
  expect(faultsOf('...F60 @include(if: $on) ...F60 @skip(if: $on)', { x: null, on: false })).toHaveLength(1)
})
