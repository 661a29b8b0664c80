import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { expect, test } from 'vitest'
import { Decimal } from './money/decimal.ts'
import { scalarResolvers } from './scalars.ts'

const NAMES = ['CurrencyCode', 'Cursor', 'Date', 'DateTime', 'Decimal', 'Duration', 'SafeInt'] as const
type Name = (typeof NAMES)[number]

/** One field per scalar that answers with what its argument was parsed to. */
const schema = buildSubgraphSchema([
  {
    typeDefs: parse(`
    ${NAMES.map((name) => `"About ${name}." scalar ${name} @specifiedBy(url: "https://example.org/${name}")`).join('\n')}
    type Query { ${NAMES.map((name) => `${name}(value: ${name}!): ${name}`).join('\n')} }`),
    resolvers: {
      ...scalarResolvers,
      Query: Object.fromEntries(NAMES.map((name) => [name, (_: unknown, { value }: { value: unknown }) => value])),
    },
  },
])

const sendVariable = (name: Name, value: unknown) =>
  graphql({ schema, source: `query ($value: ${name}!) { ${name}(value: $value) }`, variableValues: { value } })

const sendLiteral = (name: Name, value: unknown) =>
  graphql({ schema, source: `{ ${name}(value: ${JSON.stringify(value)}) }` })

const ways = [
  ['variable', sendVariable],
  ['literal', sendLiteral],
] as const

const answered: [Name, unknown, unknown][] = [
  ['Decimal', '12.50', '12.50'],
  ['Decimal', '-0.000000000000000001', '-0.000000000000000001'],
  ['Decimal', '999999999999999999', '999999999999999999'],
  // For the domain to refuse, by name and field.
  ['CurrencyCode', 'EUR', 'EUR'],
  ['CurrencyCode', 'eur', 'eur'],
  ['Cursor', 'WzEsInNsaWNlcyJd', 'WzEsInNsaWNlcyJd'],
  ['Date', '2024-02-29', '2024-02-29'],
  ['DateTime', '2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
  ['DateTime', '2026-11-21T11:30:00.5+02:00', '2026-11-21T09:30:00.500Z'],
  ['Duration', 'PT15M', 'PT15M'],
  ['SafeInt', 9_007_199_254_740_991, 9_007_199_254_740_991],
]

const refused: [Name, unknown, string][] = [
  ['Decimal', 12.5, 'BAD_USER_INPUT'],
  ['Decimal', 12, 'BAD_USER_INPUT'],
  ['Decimal', '1'.repeat(65), 'BAD_USER_INPUT'],
  ['CurrencyCode', 'E'.repeat(65), 'BAD_USER_INPUT'],
  ['CurrencyCode', 978, 'BAD_USER_INPUT'],
  ['Cursor', '', 'INVALID_CURSOR'],
  ['Cursor', 'x'.repeat(2_049), 'INVALID_CURSOR'],
  ['Date', '2026-02-29', 'BAD_USER_INPUT'],
  ['Date', '2026-13-01', 'BAD_USER_INPUT'],
  ['Date', '0000-01-01', 'BAD_USER_INPUT'],
  ['Date', '2026-11-21T00:00:00Z', 'BAD_USER_INPUT'],
  ['Date', 20_261_121, 'BAD_USER_INPUT'],
  ['DateTime', '2026-02-30T00:00:00Z', 'BAD_USER_INPUT'],
  ['DateTime', '2026-11-21', 'BAD_USER_INPUT'],
  ['DateTime', '2026-11-21T09:30:00', 'BAD_USER_INPUT'],
  ['DateTime', '0000-06-01T00:00:00Z', 'BAD_USER_INPUT'],
  ['DateTime', '9999-12-31T23:59:59-10:00', 'BAD_USER_INPUT'],
  ['DateTime', 1_763_717_400, 'BAD_USER_INPUT'],
  ['Duration', '15 minutes', 'BAD_USER_INPUT'],
  ['SafeInt', 9_007_199_254_740_992, 'BAD_USER_INPUT'],
  ['SafeInt', 1.5, 'BAD_USER_INPUT'],
  ['SafeInt', '1', 'BAD_USER_INPUT'],
]

for (const [way, send] of ways) {
  test.each(answered)(`%s reads %j sent as a ${way}, and writes %j`, async (name, value, written) => {
    expect(await send(name, value)).toEqual({ data: { [name]: written } })
  })

  test.each(refused)(`%s refuses %j sent as a ${way} with %s`, async (name, value, code) => {
    const { data, errors } = await send(name, value)
    expect(data?.[name]).toBeUndefined()
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code])
  })
}

test('the descriptions and specifications in the SDL stand', () => {
  for (const name of NAMES) {
    expect(schema.getType(name)).toMatchObject({
      description: `About ${name}.`,
      specifiedByURL: `https://example.org/${name}`,
    })
  }
})

test('what the database and the domain hold is written exactly', () => {
  const { DateTime, Decimal: decimal, SafeInt } = scalarResolvers
  expect(decimal.serialize(new Decimal('1e21'))).toBe('1000000000000000000000')
  expect(decimal.serialize('0.00042000')).toBe('0.00042000')
  expect(decimal.serialize(9_007_199_254_740_993n)).toBe('9007199254740993')
  expect(SafeInt.serialize(42n)).toBe(42)
  expect(DateTime.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z')
  expect(DateTime.serialize('2026-11-21T11:30:00+02:00')).toBe('2026-11-21T09:30:00.000Z')
})

test.each([
  ['Decimal', 0.1],
  ['Decimal', null],
  ['Decimal', new Decimal(Number.NaN)],
  ['Decimal', new Decimal(Number.POSITIVE_INFINITY)],
  ['SafeInt', 2n ** 53n],
  ['Date', '2026-02-30'],
  ['DateTime', new Date(Number.NaN)],
] as const)('%s never writes %s', (name, value) => {
  expect(() => scalarResolvers[name].serialize(value)).toThrow()
})
