// What a subgraph adds to the objects of an interface that it knows as one object, where that depends on their type.

import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

const BOOK = { __typename: 'Book', id: 'b', title: 'Of Mice' }
const FILM = { __typename: 'Film', id: 'f', title: 'Metropolis' }
const SONG = { __typename: 'Song', id: 's', title: 'Lili Marleen' }
const MEDIA = [BOOK, FILM, SONG]

const type = (name: string) => `type ${name} implements Media @key(fields: "id") { id: ID! title: String }`

const graph = caseGraph({
  media: {
    sdl: `
      type Query { media: [Media!]! }
      interface Media @key(fields: "id") { id: ID! title: String }
      ${type('Book')} ${type('Film')} ${type('Song')}
    `,
    resolvers: {
      Query: { media: () => MEDIA },
      Media: { __resolveReference: ({ id }: ById) => MEDIA.find((media) => media.id === id) },
    },
  },
  reviews: {
    sdl: `
      type Query { reviewed: [Media] }
      type Media @interfaceObject @key(fields: "id") {
        id: ID! title: String @external stars: Int verdict: String @requires(fields: "title") similar: Media
      }
    `,
    resolvers: {
      Query: { reviewed: () => [{ id: 'f' }, { id: 'b' }] },
      Media: {
        // As strict as a subgraph may be: with no key there is no object.
        __resolveReference: (media: ById) => (media.id === undefined ? Promise.reject(new Error('no key')) : media),
        stars: ({ id }: ById) => (id === 'b' ? 5 : 3),
        verdict: ({ title }: { title?: string }) => (title === undefined ? null : `${title} is fine`),
        similar: () => ({ id: 'b' }),
      },
    },
  },
  charts: {
    sdl: `
      type Query { charts: [Media!] }
      type Media @interfaceObject @key(fields: "id") { id: ID! rank: Int next: Media }
    `,
    resolvers: {
      Query: { charts: () => [{ id: 's' }, { id: 'f' }] },
      Media: { rank: ({ id }: ById) => id.length, next: () => ({ id: 'b' }) },
    },
  },
})

test('what the planner contradicts itself in is refused, and not a fault of the server', async () => {
  const query = 'query ($x: Boolean!) { charts { ... on Film @include(if: $x) { verdict } } }'
  await expect(graph.ask(query, { x: true })).rejects.toMatchObject({ extensions: { code: 'UNSUPPORTED_PLAN' } })
})

describe('a field that requires another', () => {
  testAnswers(graph, [
    [
      'is asked for of the one type that it is selected of, though others have what it requires',
      '{ media { ... on Film { verdict } ... on Book { title } } }',
      { data: { media: [{ title: 'Of Mice' }, { verdict: 'Metropolis is fine' }, {}] } },
    ],
    [
      'costs other types nothing of what requires nothing',
      '{ media { stars ... on Film { verdict } } }',
      { data: { media: [{ stars: 5 }, { stars: 3, verdict: 'Metropolis is fine' }, { stars: 3 }] } },
    ],
    [
      'of one type, and another field of another type',
      '{ media { ... on Book { stars } ... on Film { verdict } ... on Song { title } } }',
      { data: { media: [{ stars: 5 }, { verdict: 'Metropolis is fine' }, { title: 'Lili Marleen' }] } },
    ],
    [
      'of two types',
      '{ media { ... on Book { verdict } ... on Film { stars verdict } } }',
      { data: { media: [{ verdict: 'Of Mice is fine' }, { stars: 3, verdict: 'Metropolis is fine' }, {}] } },
    ],
    [
      'where the objects begin without a type',
      '{ reviewed { ... on Book { verdict similar { ... on Film { verdict } ... on Book { stars } } } } }',
      { data: { reviewed: [{}, { verdict: 'Of Mice is fine', similar: { stars: 5 } }] } },
    ],
    [
      'where they begin in a subgraph that knows neither their types nor the field',
      '{ charts { rank ... on Film { verdict } } }',
      { data: { charts: [{ rank: 1 }, { rank: 1, verdict: 'Metropolis is fine' }] } },
    ],
    [
      'on a condition of one type, and without of all',
      'query ($x: Boolean!) { charts { next { ... on Film { verdict @include(if: $x) } verdict } } }',
      { data: { charts: [{ next: { verdict: 'Of Mice is fine' } }, { next: { verdict: 'Of Mice is fine' } }] } },
      { x: false },
    ],
  ])

  test('is asked for together with a key, always', async () => {
    await graph.ask('{ media { ... on Film { verdict } title } }')
    const [, ...asked] = graph.calls
    expect(asked.map(({ variables }) => variables.representations)).toEqual([
      [{ __typename: 'Media', id: 'f', title: 'Metropolis' }],
    ])
  })
})
