import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type Representation = Readonly<Record<string, unknown>>
/** What a representation says beside the key. */
const said = (value: unknown): string => JSON.stringify(value)

describe('a required field with arguments', () => {
  const graph = caseGraph({
    prices: {
      sdl: `
        type Query { items: [Item!]! }
        type Item @key(fields: "id") { id: ID! price(currency: String! = "EUR"): Int! weight: Int! box: Box! notes(first: Int): [Note!]! }
        type Box { side(unit: String!): Float! depth(unit: String!): Float! }
        type Note { text(upper: Boolean): String! }
      `,
      resolvers: {
        Query: { items: () => [{ id: '1' }, { id: '2' }] },
        Item: {
          price: ({ id }: { id: string }, { currency }: { currency: string }) =>
            Number(id) * { EUR: 100, USD: 110, JPY: 15_000 }[currency as 'EUR'],
          weight: ({ id }: { id: string }) => Number(id),
          box: () => ({}),
          notes: ({ id }: { id: string }, { first = 3 }: { first?: number }) =>
            ['a', 'b', 'c'].slice(0, first).map((letter) => ({ letter: letter + id })),
        },
        Box: {
          side: (_: unknown, { unit }: { unit: string }) => (unit === 'cm' ? 150 : 1.5),
          depth: (_: unknown, { unit }: { unit: string }) => (unit === 'cm' ? 20 : 0.2),
        },
        Note: {
          text: ({ letter }: { letter: string }, { upper }: { upper?: boolean }) =>
            upper === true ? letter.toUpperCase() : letter,
        },
      },
    },
    shipping: {
      sdl: `
        type Item @key(fields: "id") {
          id: ID!
          price(currency: String! = "EUR"): Int! @external
          weight: Int! @external
          box: Box! @external
          notes(first: Int): [Note!]! @external
          inEuro: String! @requires(fields: "price(currency: \\"EUR\\") weight")
          inDollar(tip: Int = 0): String! @requires(fields: "price(currency: \\"USD\\") weight")
          inDefault: String! @requires(fields: "price")
          volume: String! @requires(fields: "box { side(unit: \\"cm\\") depth(unit: \\"m\\") }")
          volume_m: String! @requires(fields: "box { side(unit: \\"m\\") }")
          digest: String! @requires(fields: "notes(first: 2) { text(upper: true) }")
          free: Boolean!
        }
        type Box @external { side(unit: String!): Float! depth(unit: String!): Float! }
        type Note @external { text(upper: Boolean): String! }
      `,
      resolvers: {
        Item: {
          inEuro: ({ price, weight }: Representation) => `${price} € for ${weight}`,
          inDollar: ({ price, weight }: Representation, { tip }: { tip: number }) =>
            `${price} $ for ${weight} and ${tip}`,
          inDefault: ({ price }: Representation) => `${price}`,
          volume: ({ box }: Representation) => said(box),
          volume_m: ({ box }: Representation) => said(box),
          digest: ({ notes }: Representation) => said(notes),
          free: () => false,
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'is asked for with those',
      '{ items { inDollar } }',
      { data: { items: [{ inDollar: '110 $ for 1 and 0' }, { inDollar: '220 $ for 2 and 0' }] } },
    ],
    [
      'is not mistaken for what the client asks for with others',
      '{ items { price(currency: "JPY") inDollar } }',
      {
        data: {
          items: [
            { price: 15_000, inDollar: '110 $ for 1 and 0' },
            { price: 30_000, inDollar: '220 $ for 2 and 0' },
          ],
        },
      },
    ],
    [
      'by a variable, and its default',
      'query ($a: String! = "EUR", $b: String!) { items { price(currency: $a) b: price(currency: $b) inDollar } }',
      {
        data: {
          items: [
            { price: 100, b: 15_000, inDollar: '110 $ for 1 and 0' },
            { price: 200, b: 30_000, inDollar: '220 $ for 2 and 0' },
          ],
        },
      },
      { b: 'JPY' },
    ],
    [
      'is kept apart where two fields require it differently',
      'query ($tip: Int, $no: Boolean!) { items { inEuro inDollar(tip: $tip) inDefault free @skip(if: $no) price } }',
      {
        data: {
          items: [
            { inEuro: '100 € for 1', inDollar: '110 $ for 1 and 5', inDefault: '100', price: 100 },
            { inEuro: '200 € for 2', inDollar: '220 $ for 2 and 5', inDefault: '200', price: 200 },
          ],
        },
      },
      { tip: 5, no: true },
    ],
    [
      'is kept apart in a nested object',
      '{ items { volume volume_m free box { side(unit: "km") } } }',
      {
        data: {
          items: [
            {
              volume: '{"side":150,"depth":0.2}',
              volume_m: '{"side":1.5}',
              free: false,
              box: { side: 1.5 },
            },
            { volume: '{"side":150,"depth":0.2}', volume_m: '{"side":1.5}', free: false, box: { side: 1.5 } },
          ],
        },
      },
    ],
    [
      'may be a list of objects with arguments of their own',
      '{ items { notes(first: 1) { text } digest } }',
      {
        data: {
          items: [
            { notes: [{ text: 'a1' }], digest: '[{"text":"A1"},{"text":"B1"}]' },
            { notes: [{ text: 'a2' }], digest: '[{"text":"A2"},{"text":"B2"}]' },
          ],
        },
      },
    ],
    [
      'is kept apart under aliases and in fragments with conditions',
      `query ($yes: Boolean!) {
        items { e: inEuro ...D ... on Item @include(if: $yes) { again: inEuro } ... @skip(if: $yes) { inDefault } }
      }
      fragment D on Item { d1: inDollar(tip: 1) d2: inDollar(tip: 2) }`,
      {
        data: {
          items: [1, 2].map((n) => ({
            e: `${n * 100} € for ${n}`,
            d1: `${n * 110} $ for ${n} and 1`,
            d2: `${n * 110} $ for ${n} and 2`,
            again: `${n * 100} € for ${n}`,
          })),
        },
      },
      { yes: true },
    ],
  ])

  test('costs one fetch for each set of arguments and no more, all in one call', async () => {
    await graph.ask('{ items { inEuro inDollar free volume } }')
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['prices', 'shipping'])
    expect(graph.calls[1]?.query.match(/_entities\(/g)).toHaveLength(2)
  })

  test('is not shown to clients under another name', () => {
    expect(graph.invalid('{ items { _required0_price } }')).toHaveLength(1)
  })
})

describe('a chain of requirements', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query { things: [Thing] }
        type Thing @key(fields: "id") { id: ID! one: Int two: Int @external four: String @requires(fields: "two") }
      `,
      resolvers: {
        Query: { things: () => [{ id: '1', one: 1 }, null, { id: '2', one: null }] },
        Thing: {
          __resolveReference: (thing: Representation) => ({ ...thing, one: 1 }),
          four: ({ two }: Representation) => `four of ${two}`,
        },
      },
    },
    b: {
      sdl: `
        type Thing @key(fields: "id") {
          id: ID! one: Int @external two: Int @requires(fields: "one")
          four: String @external five: String @requires(fields: "four one")
        }
      `,
      resolvers: {
        Thing: {
          two: ({ one }: Representation) => (one === null ? null : Number(one) + 1),
          five: ({ four, one }: Representation) => `five of ${four} and ${one}`,
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'goes to and fro between two subgraphs, with null for what is null',
      '{ things { id five } }',
      {
        data: {
          things: [
            { id: '1', five: 'five of four of 2 and 1' },
            null,
            { id: '2', five: 'five of four of null and null' },
          ],
        },
      },
    ],
  ])
})
