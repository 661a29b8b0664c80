import type { PlanNode } from '@apollo/query-planner'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { PlannedOnce } from '../planner/planned-once.ts'
import type { Planner, Urgency } from '../planner/planner.ts'
import { type SeparatedOperation, separateResponseKeys } from '../planner/response-keys.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { type CompiledOperation, compileOperation } from './compile.ts'

/** Compiles operations of one supergraph, each once. */
export interface Executor {
  /** A valid query or mutation. Throws a GraphQLError when it cannot be planned. */
  compile(document: DocumentNode, operation: OperationDefinitionNode, urgency?: Urgency): Promise<CompiledOperation>
  /** Whether a query or a mutation is compiled, or about to be. */
  has(operation: OperationDefinitionNode): boolean
  /** What remains of a valid subscription once its event is there. */
  compileEvent(subscription: SeparatedOperation, rest: PlanNode | undefined): CompiledOperation
}

/** @param errors_max errors that one answer lists */
export function createExecutor(supergraph: LoadedSupergraph, planner: Planner, errors_max: number): Executor {
  const compiled = new PlannedOnce<CompiledOperation>()

  async function compileAnew(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    urgency: Urgency,
  ): Promise<CompiledOperation> {
    const separated = separateResponseKeys(document, operation, supergraph.plannable)
    const plan = await planner.planOperation(separated.document, operation.name?.value, urgency)
    return compileOperation({ ...supergraph, ...separated, plan, errors_max })
  }

  return {
    compile: (document, operation, urgency = 'request') =>
      compiled.find(operation, urgency) ??
      compiled.make(operation, urgency, () => compileAnew(document, operation, urgency)),
    has: (operation) => compiled.has(operation),
    compileEvent: (subscription, plan) => compileOperation({ ...supergraph, ...subscription, plan, errors_max }),
  }
}
