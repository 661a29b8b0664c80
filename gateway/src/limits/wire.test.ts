// What is beyond a limit is refused with its name, over HTTP and over a socket alike, and no subgraph hears of it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { DEFAULT_LIMITS } from './limits.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary({
    limits: {
      tokens_max: 60,
      operation: {
        ...DEFAULT_LIMITS.operation,
        aliases_max: 2,
        root_fields_max: 2,
        directives_max: 2,
        variables_max: 1,
        values_depth_max: 2,
      },
      variables: { bytes_max: 100, depth_max: 2, list_items_max: 2 },
      cost: { ...DEFAULT_LIMITS.cost, cost_max: 9 },
    },
  })
})
afterAll(() => library.close())

type Case = readonly [what: string, query: string, expected: object, variables?: Record<string, unknown>]

function casesOf(cases: readonly Case[]) {
  return cases.map(([what, query, expected, variables]) => ({ what, query, expected, variables }))
}

const CASES = casesOf([
  ['tokens', `{ ${'__typename '.repeat(60)} }`, { code: 'GRAPHQL_PARSE_FAILED' }],
  ['aliases', '{ book(id: "b1") { a: __typename b: __typename c: __typename } }', sizeError('TOO_MANY_ALIASES')],
  ['root fields', '{ bestRating __typename loans { open } }', sizeError('TOO_MANY_ROOT_FIELDS')],
  [
    'directives',
    '{ bestRating @skip(if: false) @include(if: true) __typename @skip(if: false) }',
    sizeError('TOO_MANY_DIRECTIVES'),
  ],
  ['variables', 'query ($a: ID!, $b: Int!) { book(id: $a) { rating(outOf: $b) } }', sizeError('TOO_MANY_VARIABLES')],
  ['levels of a literal', '{ book(id: [[["b1"]]]) { id } }', sizeError('NESTED_TOO_DEEP')],
  ['levels of a default', 'query ($a: ID = [[["b1"]]]) { book(id: $a) { id } }', sizeError('NESTED_TOO_DEEP')],
  ['digits of a number', `query ($a: Float = ${'9'.repeat(309)}) { bestRating }`, sizeError('NUMBER_TOO_LARGE')],
  [
    'bytes of variables',
    'query ($a: ID!) { book(id: $a) { id } }',
    { code: 'VARIABLES_TOO_LARGE', reason: 'TOO_MANY_BYTES', limit: 100 },
    { a: 'x'.repeat(100) },
  ],
  [
    'levels of variables, even of those that nobody declared',
    '{ bestRating }',
    { code: 'VARIABLES_TOO_LARGE', reason: 'NESTED_TOO_DEEP', limit: 2 },
    { a: [[[]]] },
  ],
  [
    'items of a list',
    '{ bestRating }',
    { code: 'VARIABLES_TOO_LARGE', reason: 'LIST_TOO_LONG', limit: 2 },
    { a: [1, 2, 3] },
  ],
  ['cost', '{ books { id author { id } } }', { code: 'OPERATION_TOO_COSTLY', cost: 20, limit: 9 }],
  [
    'cost of a mutation',
    'mutation { renameBook(id: "b1", title: "New") { author { id } reviewers { id } } }',
    { code: 'OPERATION_TOO_COSTLY', cost: 22, limit: 9 },
  ],
])

function sizeError(reason: string) {
  return { code: 'GRAPHQL_VALIDATION_FAILED', reason }
}

const SUBSCRIPTIONS = casesOf([
  [
    'cost of an event',
    'subscription { bookLent { book { reviewers { id } } } }',
    { code: 'OPERATION_TOO_COSTLY', cost: 12, limit: 9 },
  ],
  ['aliases of a subscription', 'subscription { a: bell { b: rings c: rings } }', sizeError('TOO_MANY_ALIASES')],
  [
    'levels of a subscription’s literals',
    'subscription { bookLent(after: [{ a: [] }]) { days } }',
    sizeError('NESTED_TOO_DEEP'),
  ],
  [
    'levels of a subscription’s variables',
    'subscription { bell { rings } }',
    { code: 'VARIABLES_TOO_LARGE', reason: 'NESTED_TOO_DEEP', limit: 2 },
    { a: [[[]]] },
  ],
])

/** The errors of a refused operation. */
const errorsOverSocket = (query: string, variables: Record<string, unknown>): Promise<unknown> =>
  library
    .socket()
    .iterate({ query, variables })
    .next()
    .then(
      () => undefined,
      (errors) => errors,
    )

describe('too much', () => {
  test.each(CASES)('$what over HTTP', async ({ query, expected, variables = {} }) => {
    const headers = { accept: 'application/graphql-response+json' }
    const { status, body } = await library.post({ query, variables, headers })
    expect([status, body]).toMatchObject([400, { errors: [{ extensions: expected }] }])
    expect(body).not.toHaveProperty('data')
  })

  test.each([...CASES, ...SUBSCRIPTIONS])('$what over a socket', async ({ query, expected, variables = {} }) => {
    expect(await errorsOverSocket(query, variables)).toMatchObject([{ extensions: expected }])
  })
})

test('an answer tells what its operation may cost at the most', async () => {
  const { headers } = await library.post({ query: '{ book(id: "b1") { title author { name } } }' })
  expect(headers.get('x-operation-cost')).toBe('2')
})
