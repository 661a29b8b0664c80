import fc from 'fast-check'
import {
  buildSchema,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isLeafType,
} from 'graphql'
import { expect, test } from 'vitest'
import { compileLeaf } from '../leaf.ts'
import { leafPattern } from './leaf-pattern.ts'

const schema = buildSchema('type Query { tier: Tier any: Any } enum Tier { BASIC GOLD } scalar Any')
function typeOf(name: string): GraphQLLeafType {
  const type = schema.getType(name)
  if (!isLeafType(type)) throw new Error(`${name} is no leaf`)
  return type
}
const TYPES = [GraphQLString, GraphQLID, GraphQLBoolean, GraphQLInt, GraphQLFloat, typeOf('Tier'), typeOf('Any')]

const matches = (type: GraphQLLeafType, text: string): boolean => new RegExp(`^${leafPattern(type)}$`).test(text)

test.each<[string, GraphQLLeafType, readonly unknown[]]>([
  [
    'strings',
    GraphQLString,
    ['', 'Kraków', '"quoted" \\ /', 'line\nbreak\ttab\u0000', '\u2028', '\ud83d\ude00', '\ud800'],
  ],
  ['ids', GraphQLID, ['1', 'a b']],
  ['booleans', GraphQLBoolean, [true, false]],
  ['whole numbers', GraphQLInt, [0, 7, -7, 999_999_999, -999_999_999, 1_999_999_999, -2_099_999_999]],
  ['numbers', GraphQLFloat, [0, 1.5, -0.25, 123_456_789_012_345, 0.1]],
  ['values of enums', typeOf('Tier'), ['BASIC', 'GOLD']],
  ['primitives of a custom scalar', typeOf('Any'), ['x', 1.5, -3, true]],
])('takes over %s', (_, type, values) => {
  for (const value of values) expect(matches(type, JSON.stringify(value)), String(value)).toBe(true)
})

test.each<[string, GraphQLLeafType, readonly string[]]>([
  ['what is no string', GraphQLString, ['1', 'true', 'null', '"', '""x', '"\n"', '"\\x"', '"\\u12"', '"\\"', "'x'"]],
  ['ids that are numbers, which go out as texts', GraphQLID, ['1']],
  ['what is no boolean', GraphQLBoolean, ['1', '"true"', 'TRUE']],
  [
    'what may be out of range, or is no whole number',
    GraphQLInt,
    ['2147483648', '-2147483649', '1.0', '1e3', '-0', '01'],
  ],
  ['what may be infinite, or lose digits', GraphQLFloat, ['1e400', '1234567890123456', '.5', '1.', '-', '00']],
  ['other values than an enum has', typeOf('Tier'), ['"SILVER"', '"BASIC', 'BASIC', '""']],
  ['objects and lists', typeOf('Any'), ['{}', '[]', '[1]']],
])('leaves %s to be read by value', (_, type, texts) => {
  for (const text of texts) expect(matches(type, text), text).toBe(false)
})

test('what is taken over is JSON of a value of the type, and means what would be written of it', () => {
  const signs = fc.constantFrom(...'"\\/bu0019aefEnltr.+-{}[],: \n\u0001é')
  const texts = fc.oneof(
    fc.array(signs, { maxLength: 9 }).map((parts) => parts.join('')),
    fc.array(signs, { maxLength: 9 }).map((parts) => `"${parts.join('')}"`),
    fc.json({ maxDepth: 1 }),
    fc.double().map(String),
    fc.integer().map(String),
  )
  fc.assert(
    fc.property(texts, fc.constantFrom(...TYPES), (text, type) => {
      if (matches(type, text)) expect(compileLeaf(type)(JSON.parse(text))).toEqual(JSON.parse(text))
    }),
    { numRuns: 5_000 },
  )
})
