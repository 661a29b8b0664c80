import { operationFromDocument, type SelectionSet, Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, GraphQLError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import type { Planner, PlanSearchLimits } from './planner.ts'
import { putBack, putBackFetch } from './put-back.ts'
import { withoutIntrospection } from './without-introspection.ts'

/** Plans with Apollo's planner, on the thread of its caller, for as long as it takes. */
export function createApolloPlanner(plannable: PlannableSupergraph, limits?: PlanSearchLimits): Planner {
  // It was valid when it was loaded. What stand-ins replaced may now be used by nothing, which validation refuses.
  const supergraph = Supergraph.build(plannable.sdl, { validateSupergraph: false })
  const planner = new QueryPlanner(
    supergraph,
    limits && { debug: { pathsLimit: limits.paths_max, maxEvaluatedPlans: limits.plans_max } },
  )
  const apiSchema = supergraph.apiSchema()
  const operationOf = (document: DocumentNode, operationName: string | undefined) =>
    operationFromDocument(
      apiSchema,
      withoutIntrospection(document),
      operationName === undefined ? {} : { operationName },
    )

  function nodeOf(operation: ReturnType<typeof operationOf>) {
    try {
      return planner.buildQueryPlan(operation).node
    } catch (error) {
      if (isLimit(error)) throw gatewayError('OPERATION_TOO_COMPLEX', { originalError: error })
      throw isContradiction(error) ? gatewayError('UNSUPPORTED_PLAN', { originalError: error }) : error
    }
  }

  return {
    async planOperation(document, operationName) {
      const node = nodeOf(operationOf(document, operationName))
      if (node?.kind === 'Subscription') throw new Error('a subscription was to be run like a query')
      return node && putBack(node, plannable)
    },

    async planSubscription(document, operationName) {
      const operation = operationOf(document, operationName)
      // The planner dies of such a root with an assertion; the GraphQL specification forbids it.
      if (isConditional(operation.expandAllFragments().selectionSet))
        throw unplannable('The root field of a subscription takes no @skip and no @include.')
      const node = nodeOf(operation)
      // A root of `__typename` alone has no node: there is nothing to stream.
      if (node?.kind !== 'Subscription') throw unplannable('The subscription selects nothing that is streamed.')
      const { primary, rest } = node
      return { primary: putBackFetch(primary, plannable), rest: rest && putBack(rest, plannable) }
    },

    close: async () => undefined,
  }
}

/** Apollo's planner has no codes for its own limits. */
const LIMIT_MESSAGE = /^(Too many options generated|Number of non-local selections exceeds)/
const isLimit = (error: unknown): error is Error => error instanceof Error && LIMIT_MESSAGE.test(error.message)

/** What the planner says of valid operations in which it contradicts itself (ADR 17). */
const isContradiction = (error: unknown): error is Error =>
  error instanceof GraphQLError ||
  (error instanceof Error && error.message.startsWith('Was not able to find any options for'))

const isConditional = (selectionSet: SelectionSet): boolean =>
  selectionSet
    .selections()
    .some(
      (selection) =>
        selection.element.appliedDirectives.length > 0 ||
        (selection.kind === 'FragmentSelection' && isConditional(selection.selectionSet)),
    )

const unplannable = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
