import { composeServices } from '@apollo/composition'
import { GraphQLError, parse } from 'graphql'
import type { ToyJournal } from './journal.ts'
import type { ToyContext, ToyResolvers } from './subgraph-server.ts'

/** One journalled event of the toy library. */
export interface Lent {
  readonly bookId: string
  readonly days: number
}

export interface ToySubgraphDefinition {
  readonly typeDefs: string
  readonly resolvers: ToyResolvers
}

const link = (imports: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`

interface ById {
  readonly id: string
}

const BOOK_COUNT = 9
const bookOf = (id: string) => ({
  id,
  title: `Book ${id}`,
  author: { id: id.replace('b', 'a') },
  cost: 7,
  lender: 'Ann',
})

/** Books, and the streams of the library. `bookLent` resumes by cursor; `bell` has neither cursor nor `after`. */
export function booksSubgraph(journal: ToyJournal<Lent>): ToySubgraphDefinition {
  const titles = new Map<string, string>()
  const read = (id: string) => ({
    ...bookOf(id),
    title: titles.get(id) ?? bookOf(id).title,
    shelfCode: 'x',
    condition: 'ok',
  })
  return {
    typeDefs: `
      ${link('"@key", "@authenticated", { name: "@requiresScopes", as: "@needs" }, "@policy", "@inaccessible"')}
      type Query {
        book(id: ID!): Book
        books: [Book!]!
        staffOnly: String @inaccessible
        loans: Loans
      }
      type Loans @authenticated { open: Int! }
      type Mutation { renameBook(id: ID!, title: String!): Book }
      type Subscription {
        bookLent(after: String, minDays: Int = 0): BookLent
        bell: Bell
        staffBell: Bell @authenticated
      }
      type BookLent { cursor: String! days: Int book: Book! }
      type Bell { rings: Int! book: Book }
      type Book @key(fields: "id") {
        id: ID!
        title: String!
        author: Author
        shelfCode: String @inaccessible
        cost: Int @needs(scopes: [["books:read", "books:cost"], ["books:admin"]])
        lender: String @authenticated
        condition: String @policy(policies: [["librarian"]])
      }
      type Author @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: {
        book: (_: unknown, { id }: ById) => read(id),
        books: () => Array.from({ length: BOOK_COUNT }, (_, index) => read(`b${index + 1}`)),
        loans: () => ({ open: 3 }),
      },
      Mutation: {
        renameBook(_: unknown, { id, title }: ById & { title: string }) {
          titles.set(id, title)
          return read(id)
        },
      },
      Subscription: {
        bookLent: {
          subscribe(_: unknown, { after }: { after?: string | null }, context: ToyContext) {
            if (typeof after === 'string' && !/^\d+$/.test(after))
              throw new GraphQLError('Not a cursor of this stream.', { extensions: { code: 'INVALID_CURSOR' } })
            context.startCursor = after ?? journal.end
            return journal.stream(context.startCursor)
          },
          resolve: ({ cursor, event }: { cursor: string; event: Lent }) => ({
            cursor,
            days: event.days,
            book: read(event.bookId),
          }),
        },
        bell: { subscribe: () => journal.stream(journal.end), resolve: BELL },
        staffBell: { subscribe: () => journal.stream(journal.end), resolve: BELL },
      },
      Book: { __resolveReference: ({ id }: ById) => read(id) },
    },
  }
}

const BELL = ({ cursor, event }: { cursor: string; event: Lent }) => ({
  rings: Number(cursor),
  book: bookOf(event.bookId),
})

/** Authors. a7 is refused with a code, a8 fails with a bug, a9 lacks what its type promises. */
export function authorsSubgraph(): ToySubgraphDefinition {
  return {
    typeDefs: `
      ${link('"@key"')}
      type Query { author(id: ID!): Author }
      type Author @key(fields: "id") { id: ID! name: String born: Int! }
    `,
    resolvers: {
      Query: { author: (_: unknown, { id }: ById) => ({ id }) },
      Author: {
        __resolveReference: ({ id }: ById) => ({ id }),
        name({ id }: ById) {
          if (id === 'a7') throw new GraphQLError('This author has withdrawn.', { extensions: { code: 'WITHDRAWN' } })
          if (id === 'a8') throw new Error('connect ECONNREFUSED 10.0.0.7:5432')
          return `Author ${id}`
        },
        born: ({ id }: ById) => (id === 'a9' ? null : 1900),
      },
    },
  }
}

/** Ratings, under the renamed directives of the books subgraph. */
export function reviewsSubgraph(): ToySubgraphDefinition {
  return {
    typeDefs: `
      ${link('"@key", { name: "@requiresScopes", as: "@needs" }')}
      type Query { bestRating: Int }
      type Book @key(fields: "id") {
        id: ID!
        rating(outOf: Int! = 5): Int
        reviewers: [Author!]
        rawScore: Float @needs(scopes: [["reviews:raw"]])
      }
      type Author @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: { bestRating: () => 5 },
      Book: {
        __resolveReference: ({ id }: ById) => ({ id }),
        rating: (_: ById, { outOf }: { outOf: number }) => outOf - 1,
        reviewers: () => [{ id: 'a1' }, { id: 'a2' }],
        rawScore: () => 0.5,
      },
    },
  }
}

/** The supergraph of subgraphs at these URLs. */
export function compose(subgraphs: readonly { name: string; url: string; typeDefs: string }[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: parse(typeDefs) })),
  )
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'))
  return supergraphSdl
}
