import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { RequestContext } from '../request-context.ts'
import type { ToyJournal } from './journal.ts'
import { booksSubgraph, type Lent, type ToySubgraphDefinition } from './library-graph.ts'

/** What a subgraph writes into its schema to use `@eventsDependOn`, beside its link to federation. */
const EVENTS_DEPEND_ON = `
  extend schema
    @link(url: "https://specs.carriergraph.dev/eventsDependOn/v1.0", import: ["@eventsDependOn"])
    @composeDirective(name: "@eventsDependOn")
  directive @eventsDependOn(claims: [String!]!, whereClaim: String, has: String) on FIELD_DEFINITION
`

/** The books of the toy library, of which operators of a tenant get the same events. */
export function booksForOperators(
  journal: ToyJournal<Lent>,
  directive = '@eventsDependOn(claims: ["tenant", "roles"], whereClaim: "roles", has: "operator")',
): ToySubgraphDefinition {
  const { typeDefs, resolvers } = booksSubgraph(journal)
  return {
    typeDefs:
      EVENTS_DEPEND_ON +
      typeDefs
        .replace('import: ["@key"', 'import: ["@key", "@composeDirective"')
        .replace('minDays: Int = 0): BookLent', `minDays: Int = 0): BookLent ${directive}`),
    resolvers,
  }
}

export interface ToyUser {
  readonly sub: string
  readonly tenant: string
  readonly roles: readonly string[]
}

let tokens = 0

/** What an operation of this user carries, under a token of its own that nobody has signed. */
export function contextOf(user: ToyUser, actor: Caller = ANONYMOUS): RequestContext {
  const claims = Buffer.from(JSON.stringify({ ...user, jti: String(++tokens) })).toString('base64url')
  return {
    actor,
    authorization: `Bearer e30.${claims}.unsigned`,
    correlationId: 'of-the-test',
    clientAddress: '127.0.0.1',
  }
}

export const userOf = (authorization: string | undefined): ToyUser =>
  JSON.parse(Buffer.from(authorization?.split('.')[1] ?? '', 'base64url').toString())
