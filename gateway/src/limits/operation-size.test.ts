import { buildSchema, parse, specifiedRules, validate } from 'graphql'
import { expect, test } from 'vitest'
import { operationSizeRule } from './operation-size.ts'

const schema = buildSchema('type Query { a: Query b: Query leaf: Int }')
const rule = operationSizeRule({ depth_max: 3, selections_max: 6 })
const reasons = (query: string) => validate(schema, parse(query), [rule]).map(({ extensions }) => extensions.reason)

test.each<[string, string, string[]]>([
  ['three deep', '{ a { b { leaf } } }', []],
  ['four deep', '{ a { b { a { leaf } } } }', ['OPERATION_TOO_DEEP']],
  ['four deep by a fragment', '{ a { ...F } } fragment F on Query { a { b { leaf } } }', ['OPERATION_TOO_DEEP']],
  ['deep in inline fragments only', '{ ... { ... { ... { a { leaf } } } } }', []],
  ['deep in introspection', '{ __schema { types { fields { type { ofType { name } } } } } }', []],
  ['six fields', '{ a { leaf } b { leaf } c: a { leaf } }', []],
  ['seven fields', '{ a { leaf } b { leaf } c: a { leaf d: leaf } }', ['OPERATION_TOO_LARGE']],
  [
    'a fragment four times',
    '{ a { ...F } b { ...F } ...F c: b { ...F } } fragment F on Query { leaf }',
    ['OPERATION_TOO_LARGE'],
  ],
  [
    'a second operation that is too deep',
    'query A { leaf } query B { a { b { a { leaf } } } }',
    ['OPERATION_TOO_DEEP'],
  ],
])('an operation of %s', (_, query, expected) => {
  expect(reasons(query)).toEqual(expected)
})

test('fragments that stand for 2^40 fields are measured, not written out', () => {
  const fragments = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
  expect(reasons(`{ ...F0 } ${fragments.join(' ')} fragment F40 on Query { leaf }`)).toEqual(['OPERATION_TOO_LARGE'])
})

test('a fragment that spreads itself is left to the rule that forbids it', () => {
  const document = parse('{ ...F } fragment F on Query { a { ...F } }')
  const messages = validate(schema, document, [...specifiedRules, rule]).map(({ message }) => message)
  expect(messages).toEqual(['Cannot spread fragment "F" within itself.'])
})
