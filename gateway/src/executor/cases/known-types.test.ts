// What subgraphs are asked for the names of types for, and what is known without.

import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

const BOOK = { __typename: 'Book', id: 'b', writer: { id: 'w' } }
const FILM = { __typename: 'Film', id: 'f', studio: { id: 's' } }

const graph = caseGraph({
  catalogue: {
    sdl: `
      type Query { book: Book books: [[Book!]!]! media: [Media] work: [Work] }
      interface Media @key(fields: "id") { id: ID! }
      type Book implements Media @key(fields: "id") { id: ID! writer: Person maker: Person }
      type Film implements Media @key(fields: "id") { id: ID! studio: Studio maker: Studio }
      type Person @key(fields: "id") { id: ID! }
      type Studio @key(fields: "id") { id: ID! }
      union Work = Book | Film
    `,
    resolvers: {
      Query: {
        book: () => BOOK,
        books: () => [[BOOK], [BOOK, BOOK]],
        media: () => [BOOK, FILM, null],
        work: () => [FILM, BOOK],
      },
      Media: { __resolveReference: ({ id }: ById) => [BOOK, FILM].find((media) => media.id === id) },
      Book: { __resolveReference: () => BOOK, maker: () => ({ id: 'w' }) },
      Film: { __resolveReference: () => FILM, maker: () => ({ id: 's' }) },
    },
  },
  names: {
    sdl: `
      type Book @key(fields: "id") { id: ID! title: String }
      type Film @key(fields: "id") { id: ID! title: String }
      type Person @key(fields: "id") { id: ID! name: String friend: Person }
      type Studio @key(fields: "id") { id: ID! name: String }
    `,
    resolvers: {
      Book: { __resolveReference: (book: ById) => book, title: ({ id }: ById) => `book ${id}` },
      Film: { __resolveReference: (film: ById) => film, title: ({ id }: ById) => `film ${id}` },
      Person: {
        __resolveReference: (person: ById) => person,
        name: ({ id }: ById) => `person ${id}`,
        friend: ({ id }: ById) => ({ id: `${id}f` }),
      },
      Studio: { __resolveReference: (studio: ById) => studio, name: ({ id }: ById) => `studio ${id}` },
    },
  },
  ages: {
    sdl: `
      type Person @key(fields: "id") { id: ID! age: Int }
      type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int critic: Person }
    `,
    resolvers: {
      Person: { __resolveReference: (person: ById) => person, age: ({ id }: ById) => id.length },
      Media: {
        __resolveReference: (media: ById) => media,
        stars: ({ id }: ById) => (id === 'b' ? 5 : 3),
        critic: ({ id }: ById) => ({ id: `c${id}` }),
      },
    },
  },
})

describe('nobody is asked for the type of what', () => {
  test.each([
    ['a field is of', '{ book { title } }', { book: { title: 'book b' } }],
    [
      'stands in lists',
      '{ books { title writer { name } } }',
      {
        books: [
          [{ title: 'book b', writer: { name: 'person w' } }],
          [
            { title: 'book b', writer: { name: 'person w' } },
            { title: 'book b', writer: { name: 'person w' } },
          ],
        ],
      },
    ],
    [
      'came from an entity, and is asked about again',
      '{ book { writer { friend { age } } } }',
      { book: { writer: { friend: { age: 2 } } } },
    ],
    [
      'goes by another name, and is asked about on a condition',
      'query ($yes: Boolean = true) { mine: book { by: writer { name @include(if: $yes) age @skip(if: $yes) } } }',
      { mine: { by: { name: 'person w' } } },
    ],
  ])('%s', async (_, query, data) => {
    expect(await graph.ask(query)).toEqual({ data })
    expect(graph.calls.length).toBeGreaterThan(1)
    for (const call of graph.calls) expect(call.query).not.toContain('__typename')
  })
})

test('the names of types stand in representations all the same', async () => {
  await graph.ask('{ book { title writer { name } } }')
  expect(graph.calls.slice(1).flatMap(({ variables }) => Object.values(variables).flat())).toEqual(
    expect.arrayContaining([
      { __typename: 'Book', id: 'b' },
      { __typename: 'Person', id: 'w' },
    ]),
  )
})

describe('told by who asks, by a subgraph where it has to be', () => {
  testAnswers(graph, [
    [
      'a client that asks for it',
      '{ book { __typename is: __typename title writer { __typename name } } }',
      {
        data: {
          book: { __typename: 'Book', is: 'Book', title: 'book b', writer: { __typename: 'Person', name: 'person w' } },
        },
      },
    ],
    [
      'a client that asks for nothing else',
      '{ book { __typename writer { __typename } } }',
      { data: { book: { __typename: 'Book', writer: { __typename: 'Person' } } } },
    ],
    [
      'objects of an interface',
      '{ media { __typename ... on Book { title writer { name } } ... on Film { title studio { name } } } }',
      {
        data: {
          media: [
            { __typename: 'Book', title: 'book b', writer: { name: 'person w' } },
            { __typename: 'Film', title: 'film f', studio: { name: 'studio s' } },
            null,
          ],
        },
      },
    ],
    [
      'objects of a union, which have other objects under one key',
      '{ work { ... on Book { by: writer { name } } ... on Film { made: studio { name } } } }',
      { data: { work: [{ made: { name: 'studio s' } }, { by: { name: 'person w' } }] } },
    ],
    [
      'what another subgraph knows as an object of the interface itself',
      '{ media { id stars critic { name age } ... on Book { title } } }',
      {
        data: {
          media: [
            { id: 'b', stars: 5, critic: { name: 'person cb', age: 2 }, title: 'book b' },
            { id: 'f', stars: 3, critic: { name: 'person cf', age: 2 } },
            null,
          ],
        },
      },
    ],
    [
      'a type of object, of which that subgraph adds what it says of the interface',
      '{ book { stars title critic { name } } }',
      { data: { book: { stars: 5, title: 'book b', critic: { name: 'person cb' } } } },
    ],
  ])
})

test('objects of two types under one key of one place say what they are', async () => {
  const query = '{ work { ... on Book { maker { name } } ... on Film { maker { name } } } }'
  expect(graph.invalid(query)).toEqual([])
  expect(await graph.ask(query)).toEqual({
    data: { work: [{ maker: { name: 'studio s' } }, { maker: { name: 'person w' } }] },
  })
})
