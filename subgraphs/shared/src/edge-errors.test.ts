import { ApolloServer } from '@apollo/server'
import { GraphQLError, GraphQLScalarType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { withCorrelation } from './correlation.ts'
import { createErrorFormatter } from './edge-errors.ts'
import { LedgerOverloadError } from './ledger/posting-line.ts'
import { createLog } from './log.ts'
import { Refusal } from './refusal.ts'

const SQL = 'select * from card where number = $1'

function fixture(thrown: () => unknown = () => null) {
  const lines: string[] = []
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
  const server = new ApolloServer({
    typeDefs: 'scalar Cash type Query { a(n: Int! = 1): Int b(of: Cash): Int missing: Int! }',
    resolvers: {
      Cash: new GraphQLScalarType({
        name: 'Cash',
        parseValue: () => {
          throw new Refusal('INVALID_MONEY', 'Not money.')
        },
      }),
      Query: {
        a: () => {
          throw thrown()
        },
      },
    },
    formatError: createErrorFormatter(log),
    includeStacktraceInErrorResponses: true,
  })
  const ask = (query: string, variables = {}) =>
    withCorrelation('request-0001', async () => {
      const { body } = await server.executeOperation({ query, variables })
      return body.kind === 'single' ? (body.singleResult.errors ?? []) : []
    })
  return { ask, lines }
}

describe('leaves the service masked, and is logged under the correlation id that the client sees:', () => {
  test.each([
    ['a database error', () => Object.assign(new Error(`syntax error: ${SQL}`), { query: SQL })],
    [
      'a GraphQLError of a library, whatever code it claims',
      () => new GraphQLError(SQL, { extensions: { code: 'BAD_USER_INPUT', sql: SQL } }),
    ],
    ['a thrown text', () => SQL],
    ['an error behind a refusal-like wrapper', () => new GraphQLError('Not money.', { originalError: new Error(SQL) })],
  ])('%s', async (_case, thrown) => {
    const { ask, lines } = fixture(thrown)
    expect(await ask('{ a }')).toEqual([
      {
        message: 'Internal error',
        path: ['a'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'request-0001' },
      },
    ])
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'error', correlationId: 'request-0001', path: ['a'] })
    expect(lines.join('')).toContain(SQL)
  })

  test('a null in a non-null field', async () => {
    const { ask, lines } = fixture()
    expect(await ask('{ missing }')).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
    expect(lines.join('')).toContain('Cannot return null for non-nullable field Query.missing')
  })
})

describe('is told to be asked again, while its cause is logged and not sent:', () => {
  const behind = (code: string) => new Error(`Failed query: ${SQL}`, { cause: Object.assign(new Error(SQL), { code }) })
  test.each([
    ['a server that is not there', () => behind('ECONNREFUSED'), 'SERVICE_UNAVAILABLE'],
    ['a connection that was lost', () => behind('CONNECTION_CLOSED'), 'SERVICE_UNAVAILABLE'],
    ['a server that stops', () => behind('57P01'), 'SERVICE_UNAVAILABLE'],
    ['a server that has no connection to give', () => behind('53300'), 'SERVICE_UNAVAILABLE'],
    ['a statement that took too long', () => behind('57014'), 'OVERLOADED'],
    ['a lock that was waited for too long', () => behind('55P03'), 'OVERLOADED'],
    ['a transaction that always collided', () => behind('40P01'), 'OVERLOADED'],
    ['a ledger with too much to do', () => new LedgerOverloadError(SQL), 'OVERLOADED'],
  ])('%s', async (_case, thrown, code) => {
    const { ask, lines } = fixture(thrown)
    expect(await ask('{ a }')).toEqual([
      {
        message: expect.stringContaining('with the same idempotency key'),
        path: ['a'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code, retryAfter_s: 1, correlationId: 'request-0001' },
      },
    ])
    expect(lines).toHaveLength(1)
    expect(lines.join('')).toContain(SQL)
  })

  test.each([
    ['a row that breaks a rule of the database', '23514'],
    ['a statement that is wrong', '42601'],
  ])('but not %s', async (_case, state) => {
    const { ask } = fixture(() => behind(state))
    expect(await ask('{ a }')).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
  })
})

test.each([
  ['a literal', '{ a(n: 4111111111111111) }', 'Int cannot represent non 32-bit signed integer value: ****************'],
  ['a name', '{ x4111111111111111 }', 'Cannot query field "x****************" on type "Query".'],
  ['what does not parse', '{ a } x4111111111111111', 'Syntax Error: Unexpected Name "x****************".'],
])('a card number in %s of the document is blotted out', async (_, query, told) => {
  const { ask } = fixture()
  const [error] = await ask(query)
  expect(error?.message).toContain(told)
  expect(error?.message).not.toMatch(/4111|1111/)
})

describe('passes as it is:', () => {
  test('a refusal, with its field and reason and without its stack', async () => {
    const refusal = new Refusal('INVALID_ID', 'Expected an id.', ['id'])
    refusal.extensions.reason = 'WHY'
    const { ask, lines } = fixture(() => refusal)
    expect(await ask('{ a }')).toMatchObject([
      { message: 'Expected an id.', path: ['a'], extensions: { code: 'INVALID_ID', field: ['id'], reason: 'WHY' } },
    ])
    expect((await ask('{ a }'))[0]?.extensions).not.toHaveProperty('stacktrace')
    expect(lines).toEqual([])
  })

  test('a refusal for want of another service, whose cause is logged and not sent', async () => {
    const refusal = new Refusal('SERVICE_UNAVAILABLE', 'Try again soon.')
    refusal.cause = new Error('connect ECONNREFUSED 10.0.0.7')
    const { ask, lines } = fixture(() => refusal)
    expect(JSON.stringify(await ask('{ a }'))).not.toContain('10.0.0.7')
    expect(lines.join('')).toContain('10.0.0.7')
  })

  test.each([
    ['a syntax error', '{ a', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nope }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of the wrong type', 'query ($n: Int!) { a(n: $n) }', { n: 'x' }, 'BAD_USER_INPUT'],
    ['a null that only shows at run time', 'query ($n: Int = 5) { a(n: $n) }', { n: null }, 'BAD_USER_INPUT'],
    ["a scalar's refusal of a variable", 'query ($of: Cash) { b(of: $of) }', { of: 1 }, 'INVALID_MONEY'],
    ["a scalar's refusal of a literal", '{ b(of: 1) }', {}, 'INVALID_MONEY'],
  ])('%s', async (_case, query, variables, code) => {
    const { ask, lines } = fixture()
    expect((await ask(query, variables)).map(({ extensions }) => extensions)).toEqual([{ code }])
    expect(lines).toEqual([])
  })

  test("a scalar's refusal, without the value of the variable", async () => {
    const [error] = await fixture().ask('query ($of: Cash) { b(of: $of) }', { of: '4111111111111111' })
    expect(error?.message).toBe('Variable "$of" got invalid value; Not money.')
  })
})
