import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server'
import { type GraphQLError, getVariableValues } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import { gatewayError } from '../errors/codes.ts'
import { operationNotFound } from '../errors/operation-not-found.ts'
import { presentError } from '../errors/present.ts'
import type { RequestContext } from '../request-context.ts'
import { headOf } from './status.ts'

/** Refuses what HTTP cannot answer, and what its actor may not run, before any subgraph hears of it. */
export const authorizePlugin = (authorizer: Authorizer): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async responseForOperation({ schema, document, operation, request, contextValue }) {
        // Against its type, it may be undefined; Apollo's gateway would answer with an internal error.
        if (operation === undefined) return refused([operationNotFound()], contextValue)
        if (operation.operation === 'subscription') return refused([gatewayError('SOCKET_REQUIRED')], contextValue)
        const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {})
        // The executor reports variables that do not fit their types, with nothing run.
        if (coerced === undefined) return null
        const refusals = authorizer.refusals(document, operation, coerced, contextValue.actor)
        return refusals.length === 0 ? null : refused(refusals, contextValue)
      },
    }
  },
})

const refused = (errors: readonly GraphQLError[], { correlationId }: RequestContext): GraphQLResponse => ({
  http: headOf(errors),
  body: {
    kind: 'single',
    singleResult: { errors: errors.map((error) => presentError(error.toJSON(), correlationId)) },
  },
})
