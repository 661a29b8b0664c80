import { buildSchema, getVariableValues, Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { withoutVariableValue } from './variable-fault.ts'

const SCHEMA = buildSchema(`
  enum Kind { A }
  input Inner { text: String! }
  input In { text: String!, count: Int!, kind: Kind, inner: [Inner!] }
  type Query { ask(input: In!): Int }`)
const [OPERATION] = parse('query ($input: In!) { ask(input: $input) }').definitions

/** What graphql-js itself says. */
function faultsOf(input: unknown): string[] {
  if (OPERATION?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation.')
  const { errors = [] } = getVariableValues(SCHEMA, OPERATION.variableDefinitions ?? [], { input })
  return errors.map(({ message }) => message)
}

test.each([
  [
    { text: 'a secret; at "input.text"; of mine' },
    'Variable "$input" got invalid value; Field "count" of required type "Int!" was not provided.',
  ],
  [
    { text: 4111111111111111, count: 1 },
    'Variable "$input" got invalid value at "input.text"; String cannot represent a non string value.',
  ],
  [
    { text: 'a secret', count: 1, inner: [{ text: 5 }] },
    'Variable "$input" got invalid value at "input.inner[0].text"; String cannot represent a non string value.',
  ],
  [
    { text: 'a secret', count: 1.5 },
    'Variable "$input" got invalid value at "input.count"; Int cannot represent non-integer value.',
  ],
  [
    { text: 'a secret', count: 1, more: 1 },
    'Variable "$input" got invalid value; Field "more" is not defined by type "In".',
  ],
  [
    { text: 'a secret', count: 1, '4111111111111111': 1 },
    'Variable "$input" got invalid value; A field is not defined by type "In".',
  ],
  [
    { text: 'a secret', count: 1, x4111111111111111: 1 },
    'Variable "$input" got invalid value; A field is not defined by type "In".',
  ],
  [
    { text: 'a secret', count: 1, 'a; 4111 1111 1111 1111"; more': 1 },
    'Variable "$input" got invalid value; A field is not defined by type "In".',
  ],
  [
    { text: 'a secret', count: 1, kinds: 1 },
    'Variable "$input" got invalid value; Field "kinds" is not defined by type "In". Did you mean "kind"?',
  ],
  [
    { text: 'a secret', count: 1, kind: '4111111111111111' },
    'Variable "$input" got invalid value at "input.kind"; The value does not exist in "Kind" enum.',
  ],
  [
    { text: 'a secret', count: 1, kind: 'a "; secret' },
    'Variable "$input" got invalid value at "input.kind"; The value does not exist in "Kind" enum.',
  ],
  [
    { text: { more: 'a; secret' }, count: 1 },
    'Variable "$input" got invalid value at "input.text"; String cannot represent a non string value.',
  ],
  [
    { text: 'a secret', count: 1, kind: 'a' },
    'Variable "$input" got invalid value at "input.kind"; The value does not exist in "Kind" enum. Did you mean the enum value "A"?',
  ],
  [
    { text: 'a secret', count: 1, kind: 4111111111111111 },
    'Variable "$input" got invalid value at "input.kind"; Enum "Kind" cannot represent non-string value.',
  ],
])('%j: %s', (input, expected) => {
  const [message = ''] = faultsOf(input)
  expect(message).toContain('got invalid value ')
  expect(withoutVariableValue(message)).toBe(expected)
})

test('what is about no value of a variable stays as it is', () => {
  for (const message of ['Syntax Error: Unexpected Name "x".', 'Variable "$x" is not defined.', 'a; b'])
    expect(withoutVariableValue(message)).toBe(message)
})
