import type { ApolloServerPlugin } from '@apollo/server'
import { type FragmentDefinitionNode, getVariableValues, Kind } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import { presentError } from '../errors/present.ts'
import type { RequestContext } from '../request-context.ts'
import { headOf } from './status.ts'

/** Refuses an operation that its actor may not run before any subgraph hears of it. */
export const authorizePlugin = (authorizer: Authorizer): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async responseForOperation({ schema, document, operation, request, contextValue }) {
        const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {})
        // The executor reports variables that do not fit their types, with nothing run.
        if (coerced === undefined) return null
        const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
        const refusals = authorizer.refusals(operation, byName(fragments), coerced, contextValue.actor)
        const http = headOf(refusals)
        if (http === undefined) return null
        const errors = refusals.map((error) => presentError(error.toJSON(), contextValue.correlationId))
        return { http, body: { kind: 'single', singleResult: { errors } } }
      },
    }
  },
})

const byName = (fragments: readonly FragmentDefinitionNode[]): Record<string, FragmentDefinitionNode> =>
  Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]))
