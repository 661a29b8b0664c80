import { operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, GraphQLError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { withFetches } from '../executor/fetches-of.ts'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import { SUPPORTED_FEATURES } from '../supergraph/supported-features.ts'
import { keepLiterals } from './kept-literals.ts'
import { withPlainCasts } from './plain-casts.ts'
import type { Planner, PlanSearchLimits } from './planner.ts'
import { putBack, putBackFetch } from './put-back.ts'
import { withoutIntrospection } from './without-introspection.ts'

/** Plans with Apollo's planner, on the thread of its caller, for as long as it takes. */
export function createApolloPlanner(plannable: PlannableSupergraph, limits?: PlanSearchLimits): Planner {
  // It was valid when it was loaded. What stand-ins replaced may now be used by nothing, which validation refuses.
  const supergraph = Supergraph.build(plannable.sdl, {
    supportedFeatures: SUPPORTED_FEATURES,
    validateSupergraph: false,
  })
  const planner = new QueryPlanner(
    supergraph,
    limits && { debug: { pathsLimit: limits.paths_max, maxEvaluatedPlans: limits.plans_max } },
  )
  const apiSchema = supergraph.apiSchema()
  const schema = apiSchema.toGraphQLJSSchema()
  const operationOf = (document: DocumentNode, operationName: string | undefined) =>
    operationFromDocument(
      apiSchema,
      withPlainCasts(withoutIntrospection(document), schema, plannable.interfaceObjects),
      operationName === undefined ? {} : { operationName },
    )

  function nodeOf(document: DocumentNode, operationName: string | undefined) {
    try {
      return planner.buildQueryPlan(operationOf(document, operationName)).node
    } catch (error) {
      if (isLimit(error)) throw gatewayError('OPERATION_TOO_COMPLEX', { originalError: error })
      throw isContradiction(error) ? gatewayError('UNSUPPORTED_PLAN', { originalError: error }) : error
    }
  }

  return {
    async planOperation(document, operationName) {
      const literals = keepLiterals(document, operationName, schema)
      const node = nodeOf(literals.document, operationName)
      if (node?.kind === 'Subscription') throw new Error('a subscription was to be run like a query')
      return node && putBack(withFetches(node, literals.putBack), plannable)
    },

    async planSubscription(document, operationName) {
      const literals = keepLiterals(document, operationName, schema)
      const node = nodeOf(literals.document, operationName)
      // A root of `__typename` alone, or on a condition, would have no node; it is not valid, and does not come this far.
      if (node?.kind !== 'Subscription') throw new Error('a query was to be run like a subscription')
      const { primary, rest } = node
      return {
        primary: putBackFetch(literals.putBack(primary), plannable),
        rest: rest && putBack(withFetches(rest, literals.putBack), plannable),
      }
    },

    close: async () => undefined,
  }
}

/** Apollo's planner has no codes for its own limits. */
const LIMIT_MESSAGE = /^(Too many options generated|Number of non-local selections exceeds)/
const isLimit = (error: unknown): error is Error => error instanceof Error && LIMIT_MESSAGE.test(error.message)

/** What the planner says of valid operations in which it contradicts itself (ADR 17); its own codes are about schemas. */
const CONTRADICTION_MESSAGE = /^(Was not able to find any options for|We should have an edge from)/
const isContradiction = (error: unknown): error is Error =>
  error instanceof GraphQLError || (error instanceof Error && CONTRADICTION_MESSAGE.test(error.message))
