import { beforeEach, describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

let told: string[] = []
beforeEach(() => {
  told = []
})

const add =
  (subgraph: string) =>
  (_: unknown, { text }: { text: string }) => {
    if (text === 'bad') throw new Error(`${subgraph} refuses`)
    told.push(`${subgraph} ${text}`)
    return { id: told.length, seen: told.join(', ') }
  }

const graph = caseGraph({
  a: {
    sdl: `
      type Query { nothing: Int }
      type Mutation { addA(text: String!): Note must(text: String!): Note! }
      type Note @key(fields: "id") { id: ID! seen: String @shareable }
    `,
    resolvers: { Mutation: { addA: add('a'), must: add('a') } },
  },
  b: {
    sdl: `
      type Mutation { addB(text: String!): Note }
      type Note @key(fields: "id") { id: ID! seen: String @shareable now: String }
    `,
    resolvers: { Mutation: { addB: add('b') }, Note: { now: () => told.join(', ') } },
  },
})

describe('mutations', () => {
  testAnswers(graph, [
    [
      'run one after the other, in the order in which they stand, over all subgraphs',
      'mutation { one: addA(text: "1") { seen } two: addB(text: "2") { seen } three: addA(text: "3") { seen } four: addA(text: "4") { seen } }',
      {
        data: {
          one: { seen: 'a 1' },
          two: { seen: 'a 1, b 2' },
          three: { seen: 'a 1, b 2, a 3' },
          four: { seen: 'a 1, b 2, a 3, a 4' },
        },
      },
    ],
    [
      'each with its fields of other subgraphs before the next begins',
      'mutation { one: addA(text: "1") { now } two: addB(text: "2") { now } three: addA(text: "3") { now } }',
      { data: { one: { now: 'a 1' }, two: { now: 'a 1, b 2' }, three: { now: 'a 1, b 2, a 3' } } },
    ],
    [
      'go on where one of them fails',
      'mutation { one: addA(text: "bad") { seen } two: addB(text: "2") { seen } }',
      { data: { one: null, two: { seen: 'b 2' } }, errors: [{ message: 'a refuses', path: ['one'] }] },
    ],
    [
      'that are left out are not run',
      'mutation ($no: Boolean!) { ... @include(if: $no) { one: addA(text: "1") { seen } } two: addB(text: "2") { seen } addA(text: "3") @skip(if: true) { seen } }',
      { data: { two: { seen: 'b 2' } } },
      { no: false },
    ],
  ])

  test('are answered by values, whatever a query would be', async () => {
    await graph.ask('{ nothing }')
    expect(graph.isTakenOver).toBe(true)
    await graph.ask('mutation { addA(text: "1") { seen } }')
    expect(graph.isTakenOver).toBe(false)
  })

  test('an answer that is null as a whole leaves what was done', async () => {
    const answer = await graph.ask('mutation { addB(text: "1") { seen } must(text: "bad") { seen } }')
    expect(answer).toEqual({ data: null, errors: [{ message: 'a refuses', path: ['must'] }] })
    expect(told).toEqual(['b 1'])
  })
})
