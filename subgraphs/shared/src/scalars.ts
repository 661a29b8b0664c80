import { GraphQLScalarType, valueFromASTUntyped } from 'graphql'
import { GraphQLDateTime, GraphQLDuration } from 'graphql-scalars'
import { isDay } from './day.ts'
import { Decimal } from './money/decimal.ts'
import { Refusal } from './refusal.ts'

/** Longer than any cursor that is issued, and short enough to be thrown away unread. */
export const CURSOR_LENGTH_MAX = 2_048

type ScalarRules<Input, Output> = {
  readonly name: string
  /** What a client sent, from a variable or a literal. Throws a Refusal, or anything else with a message for people. */
  readonly read: (value: unknown) => Input
  /** What a resolver returned. Throws where it is a bug. */
  readonly write: (value: unknown) => Output
}

/**
 * Without a description or a `specifiedByURL` of its own: those stand in the SDL, and `buildSubgraphSchema` keeps them
 * for what is undefined here.
 */
function scalar<Input, Output>({ name, read, write }: ScalarRules<Input, Output>): GraphQLScalarType<Input, Output> {
  const parseValue = (value: unknown): Input => {
    try {
      return read(value)
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw new Refusal('BAD_USER_INPUT', error instanceof Error ? error.message : `Not a ${name}.`)
    }
  }
  return new GraphQLScalarType({
    name,
    serialize: write,
    parseValue,
    parseLiteral: (node, variables) => parseValue(valueFromASTUntyped(node, variables)),
  })
}

function text(value: unknown, expected: string): string {
  if (typeof value !== 'string') throw new Refusal('BAD_USER_INPUT', `Expected ${expected} in quotes.`)
  return value
}

/**
 * Amounts and currencies are judged by the domain, which can refuse them by name and by input field; a scalar that
 * refused them would fail the whole request before that. Only what nobody can mean is stopped here.
 */
function shortText(value: unknown, expected: string): string {
  const short = text(value, expected)
  if (short.length <= SHORT_TEXT_MAX) return short
  throw new Refusal('BAD_USER_INPUT', `Expected ${expected} of at most ${SHORT_TEXT_MAX} characters.`)
}

/** Characters of an amount or a currency: longer than the longest amount with its sign and point. */
export const SHORT_TEXT_MAX = 64

const decimal = scalar({
  name: 'Decimal',
  read: (value) => shortText(value, 'a decimal'),
  write(value) {
    if (typeof value === 'bigint') return value.toString()
    if (Decimal.isDecimal(value) && value.isFinite()) return value.toFixed()
    // Never a number: its digits are lost already.
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value
    throw new TypeError(`Not a decimal: ${String(value)} (${typeof value})`)
  },
})

const currencyCode = scalar({
  name: 'CurrencyCode',
  read: (value) => shortText(value, 'a currency code'),
  write: String,
})

const cursor = scalar({
  name: 'Cursor',
  read(value) {
    const cursor = text(value, 'a cursor')
    if (cursor !== '' && cursor.length <= CURSOR_LENGTH_MAX) return cursor
    throw new Refusal('INVALID_CURSOR', 'This cursor was not issued here.')
  },
  write: String,
})

const date = scalar({
  name: 'Date',
  read: (value) => day(text(value, 'a day')),
  write: (value) => day(String(value)),
})

/** YYYY-MM-DD, as columns of days hold it. */
function day(value: string): string {
  if (isDay(value)) return value
  throw new Refusal('BAD_USER_INPUT', 'Expected a day that there is, such as "2026-11-21".')
}

const dateTime = scalar({
  name: 'DateTime',
  read: (value) => instant(text(value, 'an instant')),
  write: (value) => (value instanceof Date ? value : instant(String(value))).toISOString(),
})

function instant(value: string): Date {
  const parsed = dateTimeIn(value)
  // Year 0 and the year 10000 that an offset can reach are dates to JavaScript and errors to PostgreSQL.
  const year = parsed.getUTCFullYear()
  if (year >= 1 && year <= 9999) return parsed
  throw new Refusal('BAD_USER_INPUT', 'An instant must be in the years 1 to 9999, UTC.')
}

/** The library's own message repeats the value, which may be anything that was put in the wrong place. */
function dateTimeIn(value: string): Date {
  try {
    return GraphQLDateTime.parseValue(value)
  } catch {
    throw new Refusal('BAD_USER_INPUT', 'Expected an instant as RFC 3339 has it, such as "2026-11-21T09:00:00Z".')
  }
}

const duration = scalar({
  name: 'Duration',
  read: (value) => durationIn(text(value, 'a duration')),
  write: (value): string => GraphQLDuration.serialize(value),
})

function durationIn(value: string): string {
  try {
    return GraphQLDuration.parseValue(value)
  } catch {
    throw new Refusal('BAD_USER_INPUT', 'Expected a duration as ISO 8601 has it, such as "PT15M".')
  }
}

const safeInt = scalar({
  name: 'SafeInt',
  read: safeInteger,
  // bigint columns: what does not fit is an error, never a rounded number.
  write: (value) => safeInteger(typeof value === 'bigint' ? Number(value) : value),
})

function safeInteger(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new RangeError('Expected a whole number from -(2^53 - 1) to 2^53 - 1.')
}

/** Spread into a subgraph's resolvers; those that its SDL does not declare are ignored. */
export const scalarResolvers = {
  CurrencyCode: currencyCode,
  Cursor: cursor,
  Date: date,
  DateTime: dateTime,
  Decimal: decimal,
  Duration: duration,
  SafeInt: safeInt,
}
