import {
  buildSchema,
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import { expect, test } from 'vitest'
import { compileLeaf } from './leaf.ts'

const colour = buildSchema('enum Colour { RED GREEN } type Query { c: Colour }').getType('Colour') as GraphQLEnumType
const custom = new GraphQLScalarType({ name: 'Json' })
const NO_VALUE = undefined

test.each<[GraphQLScalarType | GraphQLEnumType, unknown, string | undefined]>([
  [GraphQLString, 'a"\n\u2028é😀', '"a\\"\\n\u2028é😀"'],
  [GraphQLString, 5, NO_VALUE],
  [GraphQLID, 'a', '"a"'],
  [GraphQLID, 7, '"7"'],
  [GraphQLID, 7.5, NO_VALUE],
  [GraphQLID, true, NO_VALUE],
  [GraphQLBoolean, false, 'false'],
  [GraphQLBoolean, 0, NO_VALUE],
  [GraphQLInt, -2_147_483_648, '-2147483648'],
  [GraphQLInt, 2_147_483_647, '2147483647'],
  [GraphQLInt, 2_147_483_648, NO_VALUE],
  [GraphQLInt, -0, '0'],
  [GraphQLInt, 1.5, NO_VALUE],
  [GraphQLInt, '1', NO_VALUE],
  [GraphQLFloat, 12_345_678_901_234, '12345678901234'],
  [GraphQLFloat, 1e300, '1e+300'],
  [GraphQLFloat, '1.5', NO_VALUE],
  [GraphQLFloat, Infinity, NO_VALUE],
  [colour, 'RED', '"RED"'],
  [colour, 'BLUE', NO_VALUE],
  [colour, 'toString', NO_VALUE],
  [colour, 1, NO_VALUE],
  [custom, Object, NO_VALUE],
  [custom, { a: [null, 'x'] }, '{"a":[null,"x"]}'],
  [custom, -Infinity, NO_VALUE],
])('as %s, %j is written as %s', (type, value, json) => {
  expect(JSON.stringify(compileLeaf(type)(value))).toBe(json)
})
