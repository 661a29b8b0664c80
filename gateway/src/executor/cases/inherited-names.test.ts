// Names that every object of JavaScript has something under are names like all others.

import { expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

const graph = caseGraph({
  teams: {
    sdl: `
      type Query { team: Team self: Query echo(constructor: String, valueOf: Int): String }
      type Team @key(fields: "id") { id: ID! name: String constructor: String }
    `,
    resolvers: {
      Query: {
        team: () => ({ id: '1', name: 'Red' }),
        self: () => ({}),
        echo: (_: unknown, given: object) => JSON.stringify(given),
      },
      Team: { constructor: ({ name }: { name: string }) => `maker of ${name}` },
    },
  },
  races: {
    sdl: `
      type Query { polluted: String }
      type Team @key(fields: "id") {
        id: ID! constructor: String @external toString: Int seat: Seat hasOwnProperty: String
        badge: String @requires(fields: "constructor")
      }
      type Seat { name: String must: Int! }
    `,
    resolvers: {
      Query: { polluted: () => 'yes' },
      Team: {
        toString: () => 3,
        seat: () => null,
        hasOwnProperty: () => null,
        badge: (team: { constructor: string }) => `badge of ${team.constructor}`,
      },
    },
  },
  lost: {
    sdl: 'type Team @key(fields: "id") { id: ID! valueOf: String isPrototypeOf: Place } type Place { must: Int! }',
    isDown: true,
  },
})

testAnswers(graph, [
  [
    'as names of fields, of required ones too',
    '{ team { constructor toString badge hasOwnProperty } }',
    {
      data: {
        team: { constructor: 'maker of Red', toString: 3, badge: 'badge of maker of Red', hasOwnProperty: null },
      },
    },
  ],
  [
    'as aliases',
    '{ toString: team { constructor: name valueOf: toString __proto__: id } }',
    { data: { toString: JSON.parse('{"constructor":"Red","valueOf":3,"__proto__":"1"}') } },
  ],
  [
    'of objects, below which other subgraphs are asked',
    '{ __proto__: team { name toString __proto__: seat { must } } }',
    { data: JSON.parse('{"__proto__":{"name":"Red","toString":3,"__proto__":null}}') },
  ],
  [
    'are null where their subgraph is down',
    '{ team { valueOf isPrototypeOf { must } } }',
    {
      data: { team: { valueOf: null, isPrototypeOf: null } },
      errors: [
        { message: 'lost is down', path: ['team'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'lost' } },
      ],
    },
  ],
  [
    'as variables that are not given',
    'query ($constructor: String, $toString: Int) { echo(constructor: $constructor, valueOf: $toString) }',
    { data: { echo: '{}' } },
  ],
])

test('nothing is merged into what all objects share', async () => {
  const answer = await graph.ask('{ __proto__: self { polluted echo(valueOf: 1) } }')
  expect(answer).toEqual({ data: JSON.parse('{"__proto__":{"polluted":"yes","echo":"{\\"valueOf\\":1}"}}') })
  expect('polluted' in {}).toBe(false)
})
