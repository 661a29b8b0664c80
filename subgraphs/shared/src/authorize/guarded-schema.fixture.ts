import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql'
import type { Actor } from '../auth/actor.ts'
import type { Policies } from './check.ts'
import { enforceAuthorization } from './enforce.ts'

export type Context = { actor: Actor }

export const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.join(', ')}])`

export const LINK = link('"@key"', '"@authenticated"', '"@requiresScopes"', '"@policy"')

export const reader: Actor = {
  kind: 'user',
  subject: 'usr_reader',
  tenant: 'demo',
  roles: ['customer'],
  scopes: new Set(['book:read', 'shop:read']),
}

export const librarian: Actor = { ...reader, subject: 'usr_librarian', roles: ['operator'] }

export const guest: Actor = { ...reader, subject: 'usr_guest', scopes: new Set() }

/** What ran: resolvers and policies write here. Each test begins with none. */
export const ran: string[] = []

const policies: Policies<Context> = {
  owner: (actor, object, _context, { typeName, fieldName }) => {
    ran.push(`owner of ${typeName}${fieldName === undefined ? '' : ` for ${fieldName}`}`)
    return typeof object === 'object' && object !== null && 'owner' in object && object.owner === actor.subject
  },
  operator: async (actor) => actor.roles.includes('operator'),
  open: () => true,
  broken: () => {
    throw new Error('the database is gone')
  },
}

export const MINE = { __typename: 'Book', id: 'mine', owner: 'usr_reader', isbn: '1' }

export const THEIRS = { __typename: 'Book', id: 'theirs', owner: 'usr_other', isbn: '2' }

/** A schema of a subgraph as it is served, guarded as its SDL says. */
export function guarded(sdl: string, resolvers: GraphQLResolverMap<Context> = {}, header = LINK): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: parse(`${header}\n${sdl}`), resolvers }])
  return enforceAuthorization<Context>(schema, policies)
}

/** Data with null where something was refused, and "path: CODE" for each error. */
export function summary({ data, errors = [] }: ExecutionResult) {
  return {
    data: JSON.parse(JSON.stringify(data ?? null)),
    errors: errors.map(({ path, extensions, message }) => `${path?.join('.')}: ${extensions.code ?? message}`),
  }
}

export const ask = async (schema: GraphQLSchema, actor: Actor, query: string, variables = {}) =>
  summary(
    await execute({
      schema,
      document: parse(query),
      contextValue: { actor },
      variableValues: variables,
    }),
  )

/** A resolver that answers so, and says that it ran. */
export const resolving =
  <T>(name: string, value: T) =>
  (): T => {
    ran.push(name)
    return value
  }
