import type { ToySubgraphDefinition } from './library-graph.ts'
import type { ToyContext } from './subgraph-server.ts'

/** The SDL with which a subgraph says how long its answers may be kept; `imported` may give the directive another name. */
export const cachingHeader = (imports: string, name = '@cacheControl'): string => `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", ${imports}])
    @link(
      url: "https://specs.carriergraph.dev/cacheControl/v1.0"
      import: [${name === '@cacheControl' ? '"@cacheControl"' : `{ name: "@cacheControl", as: "${name}" }`}]
    )
    @composeDirective(name: "${name}")
  directive ${name}(
    maxAge: Int
    scope: cacheControl__Scope
    inheritMaxAge: Boolean
    staleIfError: Int
  ) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum cacheControl__Scope { PUBLIC PRIVATE }
`

interface ById {
  readonly id: string
}

/** What stands in the museum; tests change it. */
export interface Museum {
  readonly titles: Map<string, string>
  /** Raised to make every field of the visitors' subgraph that can fail do so. */
  isVisitorsBroken: boolean
}

export const createMuseum = (): Museum => ({
  titles: new Map([
    ['e1', 'Astrolabe'],
    ['e2', 'Barometer'],
  ]),
  isVisitorsBroken: false,
})

/** Two subgraphs with `@cacheControl`: exhibits, and what visitors think of them. */
export function museumSubgraphs(museum: Museum): Readonly<Record<string, ToySubgraphDefinition>> {
  return { exhibits: exhibitsSubgraph(museum), visitors: visitorsSubgraph(museum) }
}

function exhibitsSubgraph({ titles }: Museum): ToySubgraphDefinition {
  const exhibit = (id: string) =>
    titles.has(id) ? { id, title: titles.get(id), maker: { name: `Maker of ${id}` } } : null
  const holder = (_: unknown, _args: unknown, { headers }: ToyContext) => String(headers.authorization)
  return {
    typeDefs: `
      ${cachingHeader('"@requiresScopes", "@policy", "@authenticated"')}
      type Query {
        exhibit(id: ID!): Exhibit @cacheControl(maxAge: 60, staleIfError: 600)
        exhibitOrNone(id: ID): Exhibit @cacheControl(maxAge: 60)
        exhibits: [Exhibit!]! @cacheControl(maxAge: 30, staleIfError: 600)
        wing: Wing
        guide: Guide @cacheControl(maxAge: 60)
        visitorCount: Int
        inventory: [String!] @requiresScopes(scopes: [["museum:staff"]]) @cacheControl(maxAge: 60, scope: PUBLIC)
        opening: String @cacheControl(maxAge: 60, scope: PRIVATE)
        ticket: Ticket @cacheControl(maxAge: 60, staleIfError: 600)
        passes: [Pass!]! @cacheControl(maxAge: 60)
        holders: [Holder!]! @cacheControl(maxAge: 60)
      }
      type Mutation { rename(id: ID!, title: String!): Exhibit @cacheControl(maxAge: 60) }
      type Exhibit @key(fields: "id") {
        id: ID!
        title: String
        maker: Maker @cacheControl(inheritMaxAge: true)
        restorer: Maker
        shelf: String @policy(policies: [["staff"]]) @cacheControl(maxAge: 60, scope: PUBLIC)
        value: Int @authenticated
      }
      type Maker { name: String }
      type Wing @cacheControl(maxAge: 20) { name: String rooms: Int @cacheControl(maxAge: 10) }
      interface Guide { name: String }
      type Person implements Guide { name: String @cacheControl(maxAge: 5) }
      type Tape implements Guide { name: String }
      type Ticket @key(fields: "id") @cacheControl(maxAge: 60, staleIfError: 600, scope: PRIVATE) { id: ID! holder: String }
      interface Pass { holder: String }
      type DayPass implements Pass { holder: String }
      type YearPass implements Pass @cacheControl(scope: PRIVATE) { holder: String }
      interface Holder { holder: String @cacheControl(scope: PRIVATE) }
      type Child implements Holder { holder: String @cacheControl(maxAge: 5) }
    `,
    resolvers: {
      Query: {
        exhibit: (_: unknown, { id }: ById) => exhibit(id),
        exhibitOrNone: (_: unknown, { id }: { id?: string | null }) => exhibit(id ?? 'none'),
        exhibits: () => [...titles.keys()].map(exhibit),
        wing: () => ({ name: 'East', rooms: 4 }),
        guide: () => ({ __typename: 'Tape', name: 'Tape 1' }),
        visitorCount: () => 3,
        inventory: () => ['ladder'],
        opening: holder,
        ticket: () => ({ id: 't1' }),
        passes: () => [{ __typename: 'YearPass' }],
        holders: () => [{ __typename: 'Child' }],
      },
      Ticket: { __resolveReference: ({ id }: ById) => ({ id }), holder },
      YearPass: { holder },
      Child: { holder },
      Mutation: {
        rename(_: unknown, { id, title }: ById & { title: string }) {
          titles.set(id, title)
          return exhibit(id)
        },
      },
      Exhibit: {
        __resolveReference: ({ id }: ById) => exhibit(id),
        shelf: () => 'B4',
        value: () => 7,
        restorer: () => ({ name: 'Ann' }),
      },
    },
  }
}

function visitorsSubgraph(museum: Museum): ToySubgraphDefinition {
  return {
    typeDefs: `
      ${cachingHeader('"@authenticated"')}
      type Query {
        me: Visitor @authenticated @cacheControl(maxAge: 60, staleIfError: 600)
      }
      type Visitor { subject: String }
      type Ticket @key(fields: "id") { id: ID! visits: Int }
      type Exhibit @key(fields: "id") {
        id: ID!
        likes: Int @cacheControl(maxAge: 10, staleIfError: 100)
        comments: Int
        seenBy: String @cacheControl(maxAge: 10, staleIfError: 100, scope: PRIVATE)
      }
    `,
    resolvers: {
      Query: { me: (_: unknown, _args: unknown, context: ToyContext) => ({ subject: subjectOf(museum, context) }) },
      Exhibit: {
        __resolveReference: ({ id }: ById) => ({ id }),
        likes: () => {
          if (museum.isVisitorsBroken) throw new Error('connect ECONNREFUSED')
          return 12
        },
        comments: () => 2,
        seenBy: (_: unknown, _args: unknown, context: ToyContext) => subjectOf(museum, context),
      },
    },
  }
}

/** Whom the token of a call is for. */
function subjectOf({ isVisitorsBroken }: Museum, { headers }: ToyContext): string {
  if (isVisitorsBroken) throw new Error('connect ECONNREFUSED')
  const payload = String(headers.authorization).split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub
}
