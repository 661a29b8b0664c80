import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { introspectionSizeRule } from './introspection-size.ts'

const schema = buildSchema(`
  type Query { a0: A0 }
  ${Array.from({ length: 30 }, (_, n) => `type A${n} { next(first: Int, after: String): [A${(n + 1) % 30}!]! b: Int c: E }`).join('\n')}
  enum E { X Y Z }
`)
const rule = introspectionSizeRule({ introspections_max: 2 })
const reasonsOf = (query: string) => validate(schema, parse(query), [rule]).map(({ extensions }) => extensions.reason)

const FIELDS = 'fields { name description args { name type { name } } type { name kind ofType { name kind } } }'
const TYPES = `types { name ${FIELDS} enumValues { name } }`
const times = (count: number, selection: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${selection}`).join(' ')

test.each([
  ['what tools ask', getIntrospectionQuery()],
  ['what tools ask, in full', getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true })],
  ['what two tools ask', `{ ${times(2, `__schema { ${TYPES} }`)} }`],
  ['twenty types by their names', `{ ${times(20, `__type(name: "A1") { ${FIELDS} }`)} }`],
  [
    'the fields of the types of the fields of a type',
    `{ __type(name: "A1") { fields { type { ofType { ${FIELDS} } } } } }`,
  ],
  ['what is asked of subgraphs, whatever it is called', `{ ${times(50, 'a0 { next { next { b } } }')} }`],
])('lets through %s', (_, query) => {
  expect(reasonsOf(query)).toEqual([])
})

test.each([
  ['all types, over and over', `{ ${times(20, `__schema { ${TYPES} }`)} }`],
  [
    'all types in fragments, over and over',
    `{ ${times(20, '__schema { ...F }')} } fragment F on __Schema { ... { ...G } } fragment G on __Schema { ${TYPES} }`,
  ],
  [
    'the fields of the types of all fields',
    `{ __schema { types { fields { ${times(6, `type { ${FIELDS} ofType { ${FIELDS} } }`)} } } } }`,
  ],
])('refuses %s', (_, query) => {
  expect(reasonsOf(query)).toEqual(['INTROSPECTION_TOO_LARGE'])
})
