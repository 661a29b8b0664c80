import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { operationSizeRule } from '../limits/operation-size.ts'
import { createDocuments } from './documents.ts'

const documents = createDocuments({
  apiSchema: buildSchema('type Query { a(n: Int): Int } type Subscription { ticks: Int }'),
  rules: [operationSizeRule(DEFAULT_LIMITS.operation)],
  tokens_max: DEFAULT_LIMITS.tokens_max,
  introspection: true,
})

const faultsOf = (query: string) =>
  documents.find(query, undefined).faults.map(({ message, extensions }) => ({ message, ...extensions }))

/** Each fragment spreads the three behind it: comparing all their fields may end in a stack overflow. */
const ring = (length: number): string => {
  const name = (n: number) => `F${n % length}`
  const fragment = (n: number) =>
    `fragment ${name(n)} on Query { ...${name(n + 1)} ...${name(n + 2)} ...${name(n + 3)} }`
  return `{ unknown ...F0 } ${Array.from({ length }, (_, n) => fragment(n)).join(' ')}`
}

test('fragments in a ring, as many as a document can hold, are refused as such, and not looked into', () => {
  const faults = faultsOf(ring(75))
  expect(faults).not.toEqual([])
  expect(faults.filter(({ message }) => !message.startsWith('Cannot spread fragment'))).toEqual([])
})

test('an operation that is too large is told so, and nothing else', () => {
  expect(faultsOf(`{ ${'unknown '.repeat(500)} }`)).toEqual([
    {
      message: 'The operation has more than 20 root fields.',
      code: 'GRAPHQL_VALIDATION_FAILED',
      reason: 'TOO_MANY_ROOT_FIELDS',
    },
  ])
})

test.each(['__proto__', 'representations', 'contextualArgument_1_0'])('a variable cannot be called %s', (name) => {
  expect(faultsOf(`query ($${name}: Int) { a(n: $${name}) }`)).toEqual([
    { message: `A variable cannot be called ${name} here.`, code: 'GRAPHQL_VALIDATION_FAILED' },
  ])
})

const documentsOfNobody = () =>
  createDocuments({
    apiSchema: buildSchema('type Query { found: Int }'),
    rules: [],
    tokens_max: 1_000,
    introspection: true,
  })

test('keeps a bounded number of documents, however short they are, and those that were asked for last', () => {
  const documents = documentsOfNobody()
  for (let index = 0; index < 5_001; index += 1) documents.find(`{a${index}:found}`, undefined)
  const kept = documents.recent()
  expect(kept).toHaveLength(5_000)
  expect([kept[0], kept.at(-1)]).toEqual(['{a5000:found}', '{a1:found}'])
})

test('more fields under one key than are compared are refused by name', () => {
  const documents = createDocuments({
    apiSchema: buildSchema('type Query { a(n: Int): Int }'),
    rules: [],
    tokens_max: 10_000,
    introspection: true,
  })
  expect(documents.find(`{ ${'a(n: 1) '.repeat(1_100)} }`, undefined).faults).toMatchObject([
    {
      message: 'The operation selects more under the same keys than is compared here.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', reason: 'TOO_MANY_COMPARISONS' },
    },
  ])
})

test('keeps nothing of a fault but what clients are told', () => {
  const { faults } = documentsOfNobody().find('{ lost }', undefined)
  expect(faults.map(({ stack, extensions }) => [stack, extensions])).toEqual([
    ['', { code: 'GRAPHQL_VALIDATION_FAILED' }],
  ])
})

test.each([
  'subscription ($on: Boolean!) { ticks @include(if: $on) }',
  'subscription ($on: Boolean!) { ... @skip(if: $on) { ticks } }',
  'subscription ($on: Boolean!) { ...Ticks } fragment Ticks on Subscription { ... { ticks @include(if: $on) } }',
  'subscription { ticks @include }',
  'subscription { ticks @skip(if: false) }',
])('a stream does not depend on a condition: %s', (query) => {
  expect(faultsOf(query)).toEqual([
    {
      message: 'The root field of a subscription takes no @skip and no @include.',
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
  ])
})
