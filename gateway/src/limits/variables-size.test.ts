import { expect, test } from 'vitest'
import { type VariablesLimits, variablesRefusal } from './variables-size.ts'

const PLENTY: VariablesLimits = { bytes_max: 1_000_000, depth_max: 100, list_items_max: 1_000 }
const reason = (variables: Record<string, unknown>, limits: Partial<VariablesLimits>) =>
  variablesRefusal(variables, { ...PLENTY, ...limits })?.extensions.reason

const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)

test.each<[string, Record<string, unknown>, Partial<VariablesLimits>, string | undefined]>([
  ['none at all', {}, { bytes_max: 1, depth_max: 1, list_items_max: 1 }, undefined],
  ['ten bytes of ten', { a: '12345' }, { bytes_max: 10 }, undefined],
  ['eleven bytes of ten', { a: '123456' }, { bytes_max: 10 }, 'TOO_MANY_BYTES'],
  ['characters of several bytes each', { a: 'ééé' }, { bytes_max: 9 }, 'TOO_MANY_BYTES'],
  ['long names', { a: { [`${'n'.repeat(20)}`]: 1 } }, { bytes_max: 20 }, 'TOO_MANY_BYTES'],
  ['many small values', { a: Array.from({ length: 30 }, () => true) }, { bytes_max: 100 }, 'TOO_MANY_BYTES'],
  ['a null and numbers', { a: null, b: -1.5 }, { bytes_max: 14 }, undefined],
  ['a number as large as may be', { a: [-Number.MAX_VALUE] }, {}, undefined],
  ['a number that is infinite when it is read', JSON.parse('{"a":[-1e400]}'), {}, 'NUMBER_TOO_LARGE'],
  ['two levels of two', { a: [{ b: 1 }] }, { depth_max: 2 }, undefined],
  ['three levels of two', { a: [{ b: [] }] }, { depth_max: 2 }, 'NESTED_TOO_DEEP'],
  ['a list of two of two', { a: [1, 2] }, { list_items_max: 2 }, undefined],
  ['a list of three of two, inside an object', { a: { b: [1, 2, 3] } }, { list_items_max: 2 }, 'LIST_TOO_LONG'],
])('%s', (_, variables, limits, expected) => {
  expect(reason(variables, limits)).toBe(expected)
})

test('a hundred thousand levels are refused, not a stack overflow', () => {
  expect(reason({ a: nested(100_000) }, { depth_max: 32 })).toBe('NESTED_TOO_DEEP')
})
