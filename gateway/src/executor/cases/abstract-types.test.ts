import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

describe('a union of which each subgraph knows other members', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query { pick: Pick picks: [Pick] shared: Pick @shareable }
        union Pick = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @shareable }
        type Film @key(fields: "id") { id: ID! minutes: Int }
      `,
      resolvers: {
        Query: {
          pick: () => ({ __typename: 'Book', id: '1', title: 'A' }),
          picks: () => [{ __typename: 'Film', id: '2', minutes: 9 }, null, { __typename: 'Book', id: '1', title: 'A' }],
          shared: () => ({ __typename: 'Book', id: '1', title: 'A' }),
        },
      },
    },
    b: {
      sdl: `
        type Query { best: Pick shared: Pick @shareable }
        union Pick = Book | Song
        type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int }
        type Song @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          best: () => ({ __typename: 'Song', id: '3' }),
          shared: () => ({ __typename: 'Book', id: '1', title: 'A', pages: 100 }),
        },
        Book: { __resolveReference: ({ id }: ById) => ({ id, pages: 100, title: 'A' }) },
      },
    },
  })

  testAnswers(graph, [
    [
      'answers what each member has',
      '{ picks { __typename ... on Film { minutes } ... on Book { title pages } ... on Song { id } } }',
      {
        data: {
          picks: [{ __typename: 'Film', minutes: 9 }, null, { __typename: 'Book', title: 'A', pages: 100 }],
        },
      },
    ],
    [
      'answers an empty object for a member of which nothing is selected',
      '{ picks { ... on Song { id } } best { ... on Film { id } ... on Book { id } } }',
      { data: { picks: [{}, null, {}], best: {} } },
    ],
    [
      'gives names under aliases, as often as they are asked for',
      '{ best { kind: __typename __typename ... on Song { again: __typename } } t: __typename __typename }',
      { data: { best: { kind: 'Song', __typename: 'Song', again: 'Song' }, t: 'Query', __typename: 'Query' } },
    ],
    [
      'is asked of the subgraph that knows the member where several can be asked',
      '{ shared { ... on Book { title pages } ... on Film { minutes } ... on Song { id } } }',
      { data: { shared: { title: 'A', pages: 100 } } },
    ],
  ])
})

describe('an interface that some implement here and others there', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query { nodes: [Node!]! named: Named }
        interface Node { id: ID! }
        interface Named { name: String! }
        type User implements Node & Named @key(fields: "id") { id: ID! name: String! }
        type Team implements Node @key(fields: "id") { id: ID! users: [User!]! }
      `,
      resolvers: {
        Query: {
          nodes: () => [
            { __typename: 'User', id: '1', name: 'Ann' },
            { __typename: 'Team', id: '2', users: [{ id: '1', name: 'Ann' }] },
          ],
          named: () => ({ __typename: 'User', id: '1', name: 'Ann' }),
        },
        Team: { __resolveReference: ({ id }: ById) => ({ id, users: [{ id: '1', name: 'Ann' }] }) },
      },
    },
    b: {
      sdl: `
        type Query { labels: [Named!]! }
        interface Named { name: String! }
        type Team implements Named @key(fields: "id") { id: ID! name: String! }
        type User @key(fields: "id") { id: ID! age: Int }
        type Label implements Named { name: String! colour: String }
      `,
      resolvers: {
        Query: {
          labels: () => [
            { __typename: 'Label', name: 'red', colour: '#f00' },
            { __typename: 'Team', id: '2', name: 'Team 2' },
          ],
        },
        Team: { __resolveReference: ({ id }: ById) => ({ id, name: `Team ${id}` }) },
        User: { __resolveReference: ({ id }: ById) => ({ id, age: 7 }) },
      },
    },
  })

  testAnswers(graph, [
    [
      'answers an interface’s field from the subgraph of each type',
      '{ nodes { id ... on Named { __typename name } } }',
      {
        data: {
          nodes: [
            { id: '1', __typename: 'User', name: 'Ann' },
            { id: '2', __typename: 'Team', name: 'Team 2' },
          ],
        },
      },
    ],
    [
      'narrows and widens through nested fragments',
      `{ nodes { ... on Team { ... on Node { id ... on Team { users { ...U } } } } ...U } labels { ... on Named { ... on Label { colour } name } ... on Team { users { id } } } }
       fragment U on User { ... on Node { ... on User { age } } }`,
      {
        data: {
          nodes: [{ age: 7 }, { id: '2', users: [{ age: 7 }] }],
          labels: [
            { colour: '#f00', name: 'red' },
            { name: 'Team 2', users: [{ id: '1' }] },
          ],
        },
      },
    ],
  ])
})

describe('an interface that another subgraph knows as an object', () => {
  const graph = caseGraph({
    media: {
      sdl: `
        type Query { media: [Media!]! book: Book }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int }
      `,
      resolvers: {
        Query: { media: () => [BOOK, FILM], book: () => BOOK },
        Media: { __resolveReference: ({ id }: ById) => [BOOK, FILM].find((media) => media.id === id) },
      },
    },
    reviews: {
      sdl: `
        type Query { reviewed: [Media] }
        type Media @interfaceObject @key(fields: "id") {
          id: ID! title: String! @external stars: Int verdict: String @requires(fields: "title") similar: [Media!]
        }
      `,
      resolvers: {
        Query: { reviewed: () => [{ id: 'f' }, { id: 'b' }] },
        Media: {
          stars: ({ id }: ById) => (id === 'b' ? 5 : 3),
          verdict: ({ title }: { title: string }) => `${title} is fine`,
          similar: ({ id }: ById) => [{ id: id === 'b' ? 'f' : 'b' }],
        },
      },
    },
  })

  testAnswers(graph, [
    [
      'adds its fields to every type',
      '{ media { __typename id stars } book { stars ... on Media { stars } } }',
      {
        data: {
          media: [
            { __typename: 'Book', id: 'b', stars: 5 },
            { __typename: 'Film', id: 'f', stars: 3 },
          ],
          book: { stars: 5 },
        },
      },
    ],
    [
      'names the real types of what it finds itself',
      '{ reviewed { __typename stars ... on Film { minutes } } }',
      {
        data: {
          reviewed: [
            { __typename: 'Film', stars: 3, minutes: 90 },
            { __typename: 'Book', stars: 5 },
          ],
        },
      },
    ],
    [
      'is enough alone where nobody asks for a type',
      '{ reviewed { id stars } }',
      {
        data: {
          reviewed: [
            { id: 'f', stars: 3 },
            { id: 'b', stars: 5 },
          ],
        },
      },
    ],
    [
      'the same response key for different fields of different types',
      '{ media { n: stars ... on Book { m: pages } ... on Film { m: minutes } } }',
      {
        data: {
          media: [
            { n: 5, m: 107 },
            { n: 3, m: 90 },
          ],
        },
      },
    ],
    [
      'requires fields of the interface, there and back',
      '{ media { verdict similar { ... on Book { pages } verdict } } }',
      {
        data: {
          media: [
            { verdict: 'Of Mice is fine', similar: [{ verdict: 'Metropolis is fine' }] },
            { verdict: 'Metropolis is fine', similar: [{ pages: 107, verdict: 'Of Mice is fine' }] },
          ],
        },
      },
    ],
  ])

  test('is not asked for the types that only the other one knows', async () => {
    await graph.ask('{ reviewed { id stars } }')
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['reviews'])
  })
})

const BOOK = { __typename: 'Book', id: 'b', title: 'Of Mice', pages: 107 }
const FILM = { __typename: 'Film', id: 'f', title: 'Metropolis', minutes: 90 }
