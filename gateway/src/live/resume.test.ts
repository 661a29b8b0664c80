import { parse, print, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createApolloPlanner } from '../planner/apollo-planner.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { makeResumable } from './resume.ts'

const { supergraph, apiSchema, plannable } = loadSupergraph(
  compose([
    {
      name: 'only',
      url: 'http://only.example',
      typeDefs: `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
        scalar Cursor
        type Query { a: Int }
        type Event { cursor: Cursor! n: Int more(from: Cursor): Event }
        type Bare { n: Int }
        type Deep { cursor: Event n: Int }
        interface Any { cursor: Cursor n: Int }
        type One implements Any { cursor: Cursor n: Int }
        union Either = Event | Bare
        type Subscription {
          event(after: Cursor, min: Int): Event!
          strict(after: Cursor!): Event
          defaulted(after: Cursor! = "0"): Event
          any(after: Cursor): Any
          noArgument: Event
          noCursor(after: Cursor): Bare
          objectCursor(after: Cursor): Deep
          union(after: Cursor): Either
          list(after: Cursor): [Event]
        }`,
    },
  ]),
)
const planner = createApolloPlanner(plannable)
const schemaOfSubgraph = supergraph.subgraphs().get('only')?.schema.toGraphQLJSSchema()

async function resumable(query: string) {
  const document = parse(query)
  expect(validate(apiSchema, document)).toEqual([])
  const { primary } = await planner.planSubscription(document, undefined)
  return makeResumable(primary, supergraph, document)
}

test.each([
  [
    'without `after`',
    'subscription { event(min: 1) { n } }',
    'subscription($__resumeAfter: Cursor) { event(min: 1, after: $__resumeAfter) { n __resumeCursor: cursor } }',
  ],
  [
    'with a variable for it, which nothing else uses',
    'subscription S($a: Cursor, $m: Int) { e: event(after: $a, min: $m) { n } }',
    'subscription S__only__0($m: Int, $__resumeAfter: Cursor) { e: event(min: $m, after: $__resumeAfter) { n __resumeCursor: cursor } }',
  ],
  [
    'with a variable that is used elsewhere as well',
    'subscription ($a: Cursor) { event(after: $a) { more(from: $a) { n } } }',
    'subscription($a: Cursor, $__resumeAfter: Cursor) { event(after: $__resumeAfter) { more(from: $a) { n } __resumeCursor: cursor } }',
  ],
  [
    'with a non-null `after`',
    'subscription { strict(after: "1") { cursor } }',
    'subscription($__resumeAfter: Cursor!) { strict(after: $__resumeAfter) { cursor __resumeCursor: cursor } }',
  ],
  [
    'with a default for `after`, which must stay one that may be left out',
    'subscription { defaulted { n } }',
    'subscription($__resumeAfter: Cursor) { defaulted(after: $__resumeAfter) { n __resumeCursor: cursor } }',
  ],
  [
    'of an interface',
    'subscription { any { n } }',
    'subscription($__resumeAfter: Cursor) { any(after: $__resumeAfter) { __typename n __resumeCursor: cursor } }',
  ],
  [
    'that uses the private names for its own ends',
    'subscription ($__resumeAfter: Int) { event(min: $__resumeAfter) { __resumeCursor: n } }',
    'subscription($__resumeAfter: Int, $__resumeAfter_: Cursor) { event(min: $__resumeAfter, after: $__resumeAfter_) { __resumeCursor: n __resumeCursor_: cursor } }',
  ],
])('a stream %s is written so that it can be resumed, and is valid in its subgraph', async (_, query, expected) => {
  const { operation = '' } = (await resumable(query)) ?? {}
  expect(operation).toBe(print(parse(expected)))
  if (schemaOfSubgraph === undefined) throw new Error('no such subgraph')
  expect(validate(schemaOfSubgraph, parse(operation))).toEqual([])
})

test.each(['noArgument { n }', 'noCursor { n }', 'objectCursor { n }', 'union { __typename }', 'list { n }'])(
  'a stream of %s cannot be resumed',
  async (selection) => {
    expect(await resumable(`subscription { ${selection} }`)).toBeUndefined()
  },
)

describe('the position that the client asked for', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ['subscription { event { n } }', {}, undefined],
    ['subscription { event(after: null) { n } }', {}, undefined],
    ['subscription { event(after: "5") { n } }', {}, '5'],
    ['subscription ($a: Cursor) { event(after: $a) { n } }', {}, undefined],
    ['subscription ($a: Cursor) { event(after: $a) { n } }', { a: null }, undefined],
    ['subscription ($a: Cursor) { event(after: $a) { n } }', { a: '6' }, '6'],
  ])('%s with %o', async (query, variables, expected) => {
    expect((await resumable(query))?.clientAfter(variables)).toBe(expected)
  })
})
