import { describe } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type Representation = Readonly<Record<string, unknown>>
/** What a representation says beside the key. */
const said = (value: unknown): string => JSON.stringify(value)

const IMAGE = { __typename: 'Image', id: 'i' }
const CLIP = { __typename: 'Clip', id: 'c', seconds: 9 }

describe('a requirement that selects by type', () => {
  const graph = caseGraph({
    media: {
      sdl: `
        type Query { posts: [Post!]! }
        type Post @key(fields: "id") { id: ID! media: Media any: Any }
        interface Media { id: ID! }
        type Image implements Media { id: ID! width(unit: String): Int! }
        type Clip implements Media { id: ID! seconds: Int! }
        union Any = Image | Clip
      `,
      resolvers: {
        Query: {
          posts: () => [
            { id: '1', media: IMAGE, any: CLIP },
            { id: '2', media: CLIP, any: IMAGE },
            { id: '3', media: null, any: null },
          ],
        },
        Image: { width: (_: unknown, { unit }: { unit?: string }) => (unit === 'px' ? 640 : 17) },
      },
    },
    rules: {
      sdl: `
        type Post @key(fields: "id") {
          id: ID! media: Media @external any: Any @external
          size: String @requires(fields: "media { id ... on Image { width(unit: \\"px\\") } ... on Clip { seconds } }")
          rough: String @requires(fields: "any { __typename ... on Image { width } ... on Clip { id } }")
        }
        interface Media { id: ID! }
        type Image implements Media @external { id: ID! width(unit: String): Int! }
        type Clip implements Media @external { id: ID! seconds: Int! }
        union Any = Image | Clip
      `,
      resolvers: {
        Post: { size: ({ media }: Representation) => said(media), rough: ({ any }: Representation) => said(any) },
      },
    },
  })

  testAnswers(graph, [
    [
      'sends of each object what its type has',
      '{ posts { size rough } }',
      {
        data: {
          posts: [
            {
              size: '{"id":"i","width":640}',
              rough: '{"__typename":"Clip","id":"c"}',
            },
            {
              size: '{"id":"c","seconds":9}',
              rough: '{"__typename":"Image","width":17}',
            },
            { size: 'null', rough: 'null' },
          ],
        },
      },
    ],
    [
      'beside what the client selects of them',
      '{ posts { media { __typename ... on Image { width } } size } }',
      {
        data: {
          posts: [
            {
              media: { __typename: 'Image', width: 17 },
              size: '{"id":"i","width":640}',
            },
            { media: { __typename: 'Clip' }, size: '{"id":"c","seconds":9}' },
            { media: null, size: 'null' },
          ],
        },
      },
    ],
  ])
})
