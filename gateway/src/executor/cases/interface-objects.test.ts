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

describe('what the planner contradicts itself in is refused, and not a fault of the server', () => {
  const works = caseGraph({
    labels: {
      sdl: `
        type Query { work: Work thing: Thing }
        type Work @interfaceObject @key(fields: "id") { id: ID! stars: Int }
        type Thing @interfaceObject @key(fields: "id") {
          id: ID! name: String @external label: String @requires(fields: "name")
        }
      `,
    },
    works: {
      sdl: `
        interface Node { id: ID! }
        interface Work implements Node @key(fields: "id") { id: ID! }
        type Novel implements Work & Node @key(fields: "id") { id: ID! }
        type Play implements Work & Node @key(fields: "id") { id: ID! acts: Int }
        interface Thing @key(fields: "id") { id: ID! name: String }
      `,
    },
  })

  test.each([
    ['an interface that nothing implements', '{ thing { label } }'],
    [
      'a type within another, on a condition',
      '{ work { ... on Novel { ... on Node @include(if: true) { ... on Play { acts } } } } }',
    ],
  ])('%s', async (_, query) => {
    await expect(works.ask(query)).rejects.toMatchObject({ extensions: { code: 'UNSUPPORTED_PLAN' } })
  })
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
    [
      'on a condition of its fragment, where the objects begin without a type',
      'query ($x: Boolean!) { charts { ... on Film @include(if: $x) { verdict } } }',
      { data: { charts: [{}, { verdict: 'Metropolis is fine' }] } },
      { x: true },
    ],
    [
      'on a condition that does not hold',
      'query ($x: Boolean!) { charts { rank ... @include(if: $x) { ... on Film { verdict } } } }',
      { data: { charts: [{ rank: 1 }, { rank: 1 }] } },
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

describe('where two subgraphs know the interface as an object, and one requires what the other adds', () => {
  const chain = caseGraph({
    shelf: {
      sdl: `
        type Query { shelf: [Work!]! }
        type Work @interfaceObject @key(fields: "id") {
          id: ID! summary: String @external label: String @requires(fields: "summary")
        }
      `,
      resolvers: {
        Query: { shelf: () => [{ id: 'b' }, { id: 'f' }] },
        Work: { label: ({ summary }: { summary: string }) => `[${summary}]` },
      },
    },
    summaries: {
      sdl: `
        type Work @interfaceObject @key(fields: "id") {
          id: ID! title: String @external summary: String @requires(fields: "title")
        }
      `,
      resolvers: { Work: { summary: ({ title }: { title: string }) => `${title}, in short` } },
    },
    works: {
      sdl: `
        interface Work @key(fields: "id") { id: ID! title: String }
        type Novel implements Work @key(fields: "id") { id: ID! title: String }
        type Play implements Work @key(fields: "id") { id: ID! title: String }
      `,
      resolvers: {
        Work: {
          __resolveReference: ({ id }: ById) =>
            id === 'b' ? { __typename: 'Novel', id, title: 'Of Mice' } : { __typename: 'Play', id, title: 'Faust' },
        },
      },
    },
  })

  testAnswers(chain, [
    [
      'it is computed of all of them',
      '{ shelf { label } }',
      { data: { shelf: [{ label: '[Of Mice, in short]' }, { label: '[Faust, in short]' }] } },
    ],
    [
      'it is computed of one type',
      '{ shelf { ... on Play { label } } }',
      { data: { shelf: [{}, { label: '[Faust, in short]' }] } },
    ],
    [
      'beside what it is computed from',
      'query ($x: Boolean!) { shelf { __typename summary ... on Novel @include(if: $x) { label title } } }',
      {
        data: {
          shelf: [
            { __typename: 'Novel', summary: 'Of Mice, in short', label: '[Of Mice, in short]', title: 'Of Mice' },
            { __typename: 'Play', summary: 'Faust, in short' },
          ],
        },
      },
      { x: true },
    ],
  ])
})

describe('objects that begin without a type', () => {
  const feed = caseGraph({
    feed: {
      sdl: 'type Query { feed: [Post!]! } type Post @interfaceObject @key(fields: "id") { id: ID! likes: Int }',
      resolvers: { Query: { feed: () => ['t', 'v', 'i'].map((id) => ({ id, likes: 7 })) } },
    },
    posts: {
      sdl: `
        interface Node { id: ID! }
        interface Timed { seconds: Int }
        interface Post implements Node @key(fields: "id") { id: ID! }
        type Text implements Post & Node @key(fields: "id") { id: ID! body: String }
        type Video implements Post & Node & Timed @key(fields: "id") { id: ID! seconds: Int }
        type Image implements Post & Node @key(fields: "id") { id: ID! }
        union Watched = Video | Image
        type Query { watched: Watched timed: Timed node: Node }
      `,
      resolvers: { Post: { __resolveReference: ({ id }: ById) => POSTS[id] } },
    },
  })
  const POSTS: Record<string, object> = {
    t: { __typename: 'Text', id: 't', body: 'Hello' },
    v: { __typename: 'Video', id: 'v', seconds: 9 },
    i: { __typename: 'Image', id: 'i' },
  }

  testAnswers(feed, [
    [
      'are what all of them are',
      '{ feed { ... on Node { id } likes } }',
      { data: { feed: ['t', 'v', 'i'].map((id) => ({ id, likes: 7 })) } },
    ],
    [
      'are of another interface where their type is',
      '{ feed { ... on Timed { seconds } } }',
      { data: { feed: [{}, { seconds: 9 }, {}] } },
    ],
    [
      'are of a union where their type is, in fragments of fragments and on conditions',
      `query ($x: Boolean!) { feed { likes ...Seen @include(if: $x) ... on Watched @skip(if: $x) { __typename } } }
        fragment Seen on Watched { __typename ... on Post { ...Long } } fragment Long on Timed { seconds }`,
      {
        data: {
          feed: [{ likes: 7 }, { likes: 7, __typename: 'Video', seconds: 9 }, { likes: 7, __typename: 'Image' }],
        },
      },
      { x: true },
    ],
  ])
})
