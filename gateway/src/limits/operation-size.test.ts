import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from './limits.ts'
import { type OperationSizeLimits, operationSizeRule } from './operation-size.ts'

const schema = buildSchema(`
  directive @tag(name: String) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | FRAGMENT_DEFINITION | INLINE_FRAGMENT
  type Query { a: Query b: Query leaf: Int }
`)
const PLENTY: OperationSizeLimits = {
  depth_max: 100,
  selections_max: 100,
  aliases_max: 100,
  root_fields_max: 100,
  directives_max: 100,
  directives_per_place_max: 100,
  variables_max: 100,
  name_length_max: 100,
  values_depth_max: 100,
}
const reasons = (query: string, limits: Partial<OperationSizeLimits>) =>
  validate(schema, parse(query), [operationSizeRule({ ...PLENTY, ...limits })]).map(
    ({ extensions }) => extensions.reason,
  )

describe('at three deep and six fields', () => {
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
    expect(reasons(query, { depth_max: 3, selections_max: 6 })).toEqual(expected)
  })
})

describe('what is counted besides', () => {
  test.each<[string, Partial<OperationSizeLimits>, string, string[]]>([
    ['two aliases of two', { aliases_max: 2 }, '{ x: leaf y: leaf leaf }', []],
    ['three aliases of two', { aliases_max: 2 }, '{ x: leaf a { y: leaf z: leaf } }', ['TOO_MANY_ALIASES']],
    ['aliased __typename', { aliases_max: 1 }, '{ x: __typename y: __typename }', ['TOO_MANY_ALIASES']],
    [
      'an alias in a fragment that is spread twice',
      { aliases_max: 1 },
      '{ a { ...F } b { ...F } } fragment F on Query { x: leaf }',
      ['TOO_MANY_ALIASES'],
    ],
    [
      'two root fields of two, fields inside them aside',
      { root_fields_max: 2 },
      '{ a { leaf a { leaf } } b { leaf } }',
      [],
    ],
    ['three root fields of two', { root_fields_max: 2 }, '{ a { leaf } b { leaf } leaf }', ['TOO_MANY_ROOT_FIELDS']],
    [
      'root fields in fragments',
      { root_fields_max: 2 },
      '{ ... { leaf } ...F } fragment F on Query { x: leaf y: leaf }',
      ['TOO_MANY_ROOT_FIELDS'],
    ],
    ['two directives of two', { directives_max: 2 }, 'query @tag { leaf @skip(if: false) }', []],
    [
      'directives on the operation, a field and an inline fragment',
      { directives_max: 2 },
      'query @tag { leaf @tag ... @tag { leaf } }',
      ['TOO_MANY_DIRECTIVES'],
    ],
    [
      'directives on a spread and on its fragment, each time',
      { directives_max: 3 },
      '{ ...F @tag a { ...F @tag } } fragment F on Query @tag { leaf }',
      ['TOO_MANY_DIRECTIVES'],
    ],
    ['two directives of two at one place', { directives_per_place_max: 2 }, '{ leaf @tag @tag a { leaf @tag } }', []],
    [
      'three directives of two at one place',
      { directives_per_place_max: 2 },
      '{ ...F } fragment F on Query { leaf @tag @tag @tag }',
      ['TOO_MANY_DIRECTIVES'],
    ],
    [
      'three directives of two on the operation itself',
      { directives_per_place_max: 2 },
      'query @tag @tag @tag { leaf }',
      ['TOO_MANY_DIRECTIVES'],
    ],
    ['names of four characters', { name_length_max: 4 }, 'query Long ($some: Int) { here: leaf }', []],
    ['a long alias', { name_length_max: 4 }, '{ long1: leaf }', ['NAME_TOO_LONG']],
    ['a long name of an operation', { name_length_max: 4 }, 'query Long1 { leaf }', ['NAME_TOO_LONG']],
    ['a long name of a variable', { name_length_max: 4 }, 'query ($long1: Int) { leaf }', ['NAME_TOO_LONG']],
    [
      'values two levels deep of two',
      { values_depth_max: 2 },
      'query ($v: Int = [[1]]) { a(x: [{ y: 1 }]) @tag(z: [[]]) }',
      [],
    ],
    ['a list three levels deep', { values_depth_max: 2 }, '{ a(x: [[[]]]) }', ['NESTED_TOO_DEEP']],
    ['an object three levels deep', { values_depth_max: 2 }, '{ a(x: [{ y: 1 }, { y: {} }]) }', ['NESTED_TOO_DEEP']],
    [
      'three levels in an argument of a directive, and in a fragment',
      { values_depth_max: 2 },
      '{ a @tag(z: [[[1]]]) } fragment F on Query { b(x: [[[1]]]) }',
      ['NESTED_TOO_DEEP', 'NESTED_TOO_DEEP'],
    ],
    [
      'the default of a variable three levels deep',
      { values_depth_max: 2 },
      'query ($v: Int = [[[1]]]) { leaf }',
      ['NESTED_TOO_DEEP'],
    ],
    ['two variables of two', { variables_max: 2 }, 'query ($a: Int, $b: Int) { leaf }', []],
    [
      'three variables of two',
      { variables_max: 2 },
      'query ($a: Int, $b: Int, $c: Int) { leaf }',
      ['TOO_MANY_VARIABLES'],
    ],
  ])('%s', (_, limits, query, expected) => {
    expect(reasons(query, limits)).toEqual(expected)
  })
})

test('fragments that stand for 2^40 fields are measured, not written out', () => {
  const spread = (n: number) => `...F${n} @tag ...F${n}`
  const fragments = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ${spread(n + 1)} }`)
  const bomb = `{ ...F0 } ${fragments.join(' ')} fragment F40 on Query { x: leaf }`
  expect(reasons(bomb, {})).toEqual([
    'OPERATION_TOO_LARGE',
    'TOO_MANY_ALIASES',
    'TOO_MANY_ROOT_FIELDS',
    'TOO_MANY_DIRECTIVES',
  ])
})

test('a fragment that spreads itself is left to the rule that forbids it', () => {
  const document = parse('{ ...F } fragment F on Query { a { ...F } }')
  const messages = validate(schema, document, [...specifiedRules, operationSizeRule(PLENTY)]).map(
    ({ message }) => message,
  )
  expect(messages).toEqual(['Cannot spread fragment "F" within itself.'])
})

test('the introspection query of GraphiQL passes the limits that stand unless set otherwise', () => {
  const query = getIntrospectionQuery({
    descriptions: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    oneOf: true,
  })
  expect(reasons(query, DEFAULT_LIMITS.operation)).toEqual([])
  expect(() => parse(query, { maxTokens: DEFAULT_LIMITS.tokens_max })).not.toThrow()
})
