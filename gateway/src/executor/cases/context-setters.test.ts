import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }
type Given = Readonly<Record<string, unknown>>

const byReference = { __resolveReference: ({ id }: ById) => ({ id }) }
/** What a field was asked: of whom, and for what. */
const told = ({ id }: ById, given: Given) => `${id} ${JSON.stringify(Object.values(given))}`

describe('a context that several types set', () => {
  const seat = { id: 's1' }
  const graph = caseGraph({
    halls: {
      sdl: `
        type Query { hall: Hall tent: Tent venues: [Venue!]! places: [Place!]! seat: Seat }
        interface Venue { id: ID! rate: Int }
        type Hall implements Venue @key(fields: "id") { id: ID! rate: Int row: Row sector: Sector }
        type Tent implements Venue @key(fields: "id") { id: ID! rate: Int row: Row pegs: Int }
        union Place = Hall | Tent
        type Sector @key(fields: "id") { id: ID! row: Row }
        type Row { seat: Seat seats: [Seat!]! }
        type Seat @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          hall: () => ({ id: 'h1' }),
          tent: () => ({ id: 't1' }),
          venues: () => [
            { __typename: 'Hall', id: 'h1' },
            { __typename: 'Tent', id: 't1' },
          ],
          places: () => [
            { __typename: 'Tent', id: 't1' },
            { __typename: 'Hall', id: 'h1' },
          ],
          seat: () => seat,
        },
        Hall: {
          ...byReference,
          rate: () => 10,
          row: () => ({ seat, seats: [seat, seat] }),
          sector: () => ({ id: 'c1', row: { seat, seats: [seat] } }),
        },
        Tent: { ...byReference, rate: () => 20, pegs: () => 7, row: () => ({ seat, seats: [seat] }) },
        Sector: byReference,
      },
    },
    tickets: {
      sdl: `
        type Query @context(name: "price") @context(name: "season") { season: Season fallback: Int }
        type Season { name: String week: Week }
        type Week { number: Int }
        union Place @context(name: "price") = Hall | Tent
        type Hall @key(fields: "id") { id: ID! rate: Int @external }
        type Tent @key(fields: "id") { id: ID! rate: Int @external pegs: Int @external }
        type Seat @key(fields: "id") {
          id: ID!
          price(of: Int @fromContext(field: "$price ... on Hall { rate } ... on Tent { pegs } ... on Query { fallback }")): String
          week(number: Int @fromContext(field: "$season { season { week { number } } }")): String
          both(
            name: String @fromContext(field: "$season { season { name } }")
            of: Int @fromContext(field: "$price ... on Hall { rate } ... on Tent { rate } ... on Query { fallback }")
          ): String
        }
      `,
      resolvers: {
        Query: { season: () => ({ name: 'Summer', week: { number: 32 } }), fallback: () => 1 },
        Seat: { ...byReference, price: told, week: told, both: told },
      },
    },
  })

  testAnswers(graph, [
    [
      'is that of the type which it is in',
      '{ hall { row { seat { price } } } tent { row { seat { price } } } }',
      { data: { hall: { row: { seat: { price: 's1 [10]' } } }, tent: { row: { seat: { price: 's1 [7]' } } } } },
    ],
    [
      'is that of each member of a union, though it is the union that sets it',
      '{ places { ... on Hall { row { seats { price } } } ... on Tent { row { seat { price } } } } }',
      {
        data: {
          places: [
            { row: { seat: { price: 's1 [7]' } } },
            { row: { seats: [{ price: 's1 [10]' }, { price: 's1 [10]' }] } },
          ],
        },
      },
    ],
    [
      'is found through an interface that does not set it, from a fragment on a type that does',
      '{ venues { id ... on Hall { row { seat { price } } } } }',
      { data: { venues: [{ id: 'h1', row: { seat: { price: 's1 [10]' } } }, { id: 't1' }] } },
    ],
    [
      'is the nearest, past an entity that sets none',
      '{ hall { sector { row { seat { price } } } } }',
      { data: { hall: { sector: { row: { seat: { price: 's1 [10]' } } } } } },
    ],
    ['is that of the root where nothing is nearer', '{ seat { price } }', { data: { seat: { price: 's1 [1]' } } }],
    [
      'does not take anything from another context that the same field needs',
      '{ seat { both week } tent { row { seat { both week } } } }',
      {
        data: {
          seat: { both: 's1 ["Summer",1]', week: 's1 [32]' },
          tent: { row: { seat: { both: 's1 ["Summer",20]', week: 's1 [32]' } } },
        },
      },
    ],
    [
      'is none of what is asked of another type at the same place',
      '{ places { ... on Hall { row { seat { price } } } ... on Tent { row { seat { both } } } } }',
      { data: { places: [{ row: { seat: { both: 's1 ["Summer",20]' } } }, { row: { seat: { price: 's1 [10]' } } }] } },
    ],
  ])
})

describe('a context whose subgraph knows all of it', () => {
  const box = (id: string) => ({ id })
  const graph = caseGraph({
    boxes: {
      sdl: `
        type Query { boxes: [Box!]! strict: Crate }
        interface Box @context(name: "box") { id: ID! size: Size tags: [String] }
        type Crate implements Box @key(fields: "id") { id: ID! size: Size tags: [String] inner: Tin label: Label! strict: Label! }
        type Tin implements Box @key(fields: "id") { id: ID! size: Size tags: [String] label: Label! }
        enum Size { SMALL LARGE @inaccessible }
        type Label @key(fields: "id") {
          id: ID! text(size: Size @fromContext(field: "$box { size }") tags: [String] @fromContext(field: "$box { tags }")): String
          sure(size: Size @fromContext(field: "$box { size }")): String!
        }
      `,
      resolvers: {
        Query: {
          boxes: () => [
            { __typename: 'Crate', id: 'c1' },
            { __typename: 'Tin', id: 't1' },
          ],
          strict: () => ({ id: 'c0' }),
        },
        Crate: {
          ...byReference,
          size({ id }: ById) {
            if (id === 'c0') throw new GraphQLError('no size')
            return 'LARGE'
          },
          tags: () => ['a', null],
          inner: () => box('t2'),
          label: () => box('l1'),
        },
        Tin: { ...byReference, size: () => 'SMALL', tags: () => null, label: () => box('l1') },
        Label: {
          ...byReference,
          text: told,
          sure: (label: ById, { size }: Given) => (size === null ? null : told(label, { size })),
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'is set by an interface for its objects, with lists and values of enums that clients do not know',
      '{ boxes { ... on Crate { label { text } inner { label { text } } } ... on Tin { label { text } } } }',
      {
        data: {
          boxes: [
            { label: { text: 'l1 ["LARGE",["a",null]]' }, inner: { label: { text: 'l1 ["SMALL",null]' } } },
            { label: { text: 'l1 ["SMALL",null]' } },
          ],
        },
      },
    ],
    [
      'takes with it what must not be null, where its field failed and nothing can be told without it',
      '{ strict { id label { sure } } }',
      {
        data: { strict: null },
        errors: [
          { message: 'no size', path: ['strict', 'size'] },
          { message: 'Cannot return null for non-nullable field Label.sure.', path: ['strict', 'label', 'sure'] },
        ],
      },
    ],
  ])

  test('asks that subgraph twice: what the context is, and then what depends on it', async () => {
    await graph.ask('{ strict { label { text } } }')
    expect(graph.calls).toHaveLength(2)
  })
})
