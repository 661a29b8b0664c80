// A number beyond the range of JavaScript's is infinite as soon as it is read: nobody could say which it was.

import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { createDocuments } from './documents.ts'

const documents = createDocuments({
  apiSchema: buildSchema(`
    scalar Any
    input Filter { any: Any of: [Float] }
    type Query { echo(any: Any, f: Float, id: ID, filter: Filter): Int }
  `),
  rules: [],
  tokens_max: 1_000,
  introspection: true,
})
const faultsOf = (query: string) =>
  documents.find(query, undefined).faults.map(({ message, extensions }) => ({ message, ...extensions }))

const DIGITS = '9'.repeat(309)
const FAULT = {
  message: 'A number is larger than any that can be read here.',
  code: 'GRAPHQL_VALIDATION_FAILED',
  reason: 'NUMBER_TOO_LARGE',
}

test.each([
  ['at a custom scalar', '{ echo(any: 1e400) }'],
  ['below zero', '{ echo(any: -1e400) }'],
  ['of 309 digits', `{ echo(any: ${DIGITS}) }`],
  ['in lists and objects', '{ echo(any: [{ deep: [1e309] }]) }'],
  ['at Float', '{ echo(f: 1e400) }'],
  ['in an input object', '{ echo(filter: { of: [1e400] }) }'],
  ['as the default of a custom scalar', 'query ($x: Any = 1e400) { echo(any: $x) }'],
  ['as the default of a Float', 'query ($x: Float = 1e400) { echo(f: $x) }'],
  ['in the default of an input object', 'query ($x: Filter = { any: 1e400 }) { echo(filter: $x) }'],
])('is refused by name %s', (_, query) => {
  expect(faultsOf(query)).toEqual([FAULT])
})

test.each([
  ['the largest number', '{ echo(any: 1.7976931348623157e308) }'],
  ['a large number below zero', '{ echo(f: -1e308) }'],
  ['the digits of an ID', `{ echo(id: ${DIGITS}) }`],
  ['the digits of a text', `{ echo(any: "${DIGITS}") }`],
])('is not %s', (_, query) => {
  expect(faultsOf(query)).toEqual([])
})
