import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { isIntrospectionOnly } from './introspection-only.ts'

test.each<[string, boolean]>([
  ['{ __typename }', true],
  ['{ a: __schema { queryType { name } } __type(name: "A") { name } }', true],
  ['{ ... { ... on Query { __typename } } }', true],
  ['{ ...F } fragment F on Query { ...G __typename } fragment G on Query { __schema { description } }', true],
  ['{ __typename book { title } }', false],
  ['{ __schema { description } ... { book { title } } }', false],
  ['{ ...F } fragment F on Query { ...G __typename } fragment G on Query { book { title } }', false],
  ['mutation { __typename }', false],
  ['subscription { __typename }', false],
])('%s', (query, expected) => {
  expect(isIntrospectionOnly(parse(query), undefined)).toBe(expected)
})

test('of several operations the named one counts', () => {
  const document = parse('query A { __typename } query B { book { title } }')
  expect([isIntrospectionOnly(document, 'A'), isIntrospectionOnly(document, 'B')]).toEqual([true, false])
})

test('fragments that stand for 2^40 fields are walked once each', () => {
  const fragments = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
  const document = parse(`{ ...F0 } ${fragments.join(' ')} fragment F40 on Query { __typename }`)
  expect(isIntrospectionOnly(document, undefined)).toBe(true)
})
