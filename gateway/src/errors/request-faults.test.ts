// What is wrong with a request is told within bounds, however much of it is wrong and however long what it quotes is.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { FAULTS_MAX } from './request-faults.ts'

/** Twenty messages of a thousand characters, and what stands around them. */
const ANSWER_LENGTH_MAX = 30_000
const LONG = 300_000

let library: Library
beforeAll(async () => {
  const typeDefs = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
    input Filter { text: String! count: Int }
    type Query { found(filter: Filter, ids: [ID!], grid: [[Int!]]): Int }
  `
  const definitions = { finder: { typeDefs, resolvers: { Query: { found: () => 1 } } } }
  library = await startLibrary({ definitions, introspection: false })
})
afterAll(() => library.close())

const unknownFields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`unknown${index}`, 1]))

test.each<[what: string, code: string, query: string, variables?: Record<string, unknown>]>([
  [
    'unknown fields of an input object, each of which quotes the object',
    'BAD_USER_INPUT',
    'query ($filter: Filter) { found(filter: $filter) }',
    { filter: { text: 'x'.repeat(LONG), ...unknownFields(1_000) } },
  ],
  [
    'items of lists in a list',
    'BAD_USER_INPUT',
    'query ($grid: [[Int!]]) { found(grid: $grid) }',
    { grid: Array(100).fill(Array(1_000).fill('')) },
  ],
  [
    'operations that lack the same variable, of a long name',
    'GRAPHQL_VALIDATION_FAILED',
    `${Array.from({ length: 100 }, (_, index) => `query A${index} { ...F }`).join(' ')}
     fragment F on Query { found(ids: [$${'x'.repeat(LONG)}]) }`,
  ],
  [
    'a value that looks like many guesses of graphql-js',
    'GRAPHQL_VALIDATION_FAILED',
    `{ found(filter: { text: "x", count: "${'Did you mean '.repeat(LONG / 13)}" }) }`,
  ],
  ['a name that nobody expects', 'GRAPHQL_PARSE_FAILED', 'x'.repeat(LONG)],
])('%s', async (_what, code, query, variables = {}) => {
  const { status, body } = await library.post({
    query,
    variables,
    ...(query.includes('A1') && { operationName: 'A1' }),
  })
  const { errors } = body as { errors: { extensions: { code: string } }[] }
  expect(status).toBe(400)
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set([code]))
  // graphql-js says with one more that it has stopped looking.
  expect(errors.length).toBeLessThanOrEqual(FAULTS_MAX + 1)
  expect(JSON.stringify(body).length).toBeLessThan(ANSWER_LENGTH_MAX)
})

test.each([
  ['a number', '{ found(ids: [], filter: { text: "x", count: 4111111111111111 }) }', 'value: ****************'],
  ['an enum value', '{ found(filter: { text: x4111111111111111 }) }', 'value: x****************'],
  ['the name of a field', '{ x4111111111111111 }', '"x****************"'],
  ['the name of a variable', '{ found(ids: $x4111111111111111) }', '"$x****************"'],
  ['what does not parse', '{ found } x4111111111111111', '"x****************"'],
  [
    'what is longer than is told',
    `{ found(filter: "${'x'.repeat(941)} 4111 1111 1111 1111") }`,
    'x **** **** **** ***…',
  ],
])('of %s with a card number, the number is not told', async (_what, query, told) => {
  const { body } = await library.post({ query })
  expect(JSON.stringify(body)).toContain(told.replaceAll('"', String.raw`\"`))
  expect(JSON.stringify(body)).not.toMatch(/4111|1111/)
})
