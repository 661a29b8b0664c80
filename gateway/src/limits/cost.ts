import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { CostDirectives } from './cost-directives.ts'
import { CostProgram } from './cost-program.ts'
import { createInputCosts } from './input-cost.ts'
import type { CostLimits } from './list-size.ts'
import { SelectionCosts } from './selection-costs.ts'

export interface CostEstimate {
  /** A whole number unless a weight is none; for a subscription, that of one event. */
  readonly cost: number
  /** Why the operation may not run: it costs too much, a page is too large, a paging argument is missing. */
  readonly refusals: readonly GraphQLError[]
}

/** What an operation may cost at the most with these variables (coerced, with defaults). */
export type EstimateCost = (variables: Readonly<Record<string, unknown>>) => CostEstimate

/** Compiles a valid operation. Its size is bounded already, as fragments are expanded. */
export type CostCompiler = (document: DocumentNode, operation: OperationDefinitionNode) => EstimateCost

/** Before any of its fields. A mutation locks and writes; the figure is Apollo's. */
const OPERATION_COST: Readonly<Record<OperationTypeNode, number>> = { query: 0, mutation: 10, subscription: 0 }
/**
 * The cost of operations before they run, by the GraphQL cost directives of IBM in the reading of Apollo's router: the
 * sum over all fields of (items × (weight + cost of the selections)) + cost of the arguments. Where a field may answer
 * several types, the costliest counts; what @skip and @include leave out costs nothing. A field that is selected several
 * times under one name is executed, and counted, once.
 */
export function createCostCompiler(
  schema: GraphQLSchema,
  directives: CostDirectives,
  limits: CostLimits,
): CostCompiler {
  const inputCosts = createInputCosts(directives)
  return (document, operation) => {
    const root = schema.getRootType(operation.operation)
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
    const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
    const program = new CostProgram()
    const selections = new SelectionCosts(program, { schema, directives, inputCosts, limits }, byName)
    const base = OPERATION_COST[operation.operation]
    const total = program.sum([base, root ? selections.of(operation.selectionSet, root) : 0])
    return (variables) => {
      const faults = new Map<FieldNode, GraphQLError>()
      const cost = program.run(total, { variables, faults })
      const tooCostly = cost > limits.cost_max ? [operationTooCostly(cost, limits.cost_max)] : []
      return { cost, refusals: [...faults.values(), ...tooCostly] }
    }
  }
}

/** One that is above the limit, of one operation or of all in a window, and will never be answered. */
export const operationTooCostly = (cost: number, limit: number): GraphQLError =>
  gatewayError('OPERATION_TOO_COSTLY', {
    message: `The operation costs ${cost}; ${limit} is the limit. Ask for smaller pages or fewer lists in lists.`,
    extensions: { cost, limit },
  })
