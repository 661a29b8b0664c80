import type { PlanNode } from '@apollo/query-planner'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
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
  // Lives as long as whoever parsed the document keeps it.
  const compiled = new WeakMap<OperationDefinitionNode, Promise<CompiledOperation>>()

  const inBackground = new WeakSet<OperationDefinitionNode>()

  async function compileAnew(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    urgency: Urgency,
  ): Promise<CompiledOperation> {
    const separated = separateResponseKeys(document, operation, supergraph.plannable)
    const plan = await planner.planOperation(separated.document, operation.name?.value, urgency)
    inBackground.delete(operation)
    return compileOperation({ ...supergraph, ...separated, plan, errors_max })
  }

  return {
    compile(document, operation, urgency = 'request') {
      const known = compiled.get(operation)
      // What waits in the background is asked for again: the planner brings it forward, and plans it once.
      const isBehind = urgency === 'request' && inBackground.has(operation)
      if (known !== undefined && !isBehind) return known
      if (urgency === 'background') inBackground.add(operation)
      else inBackground.delete(operation)
      const compiling = compileAnew(document, operation, urgency)
      compiled.set(operation, compiling)
      // The planner may only have been busy; what it refuses for good it remembers itself.
      compiling.catch(() => compiled.delete(operation))
      return compiling
    },
    has: (operation) => compiled.has(operation),
    compileEvent: (subscription, plan) => compileOperation({ ...supergraph, ...subscription, plan, errors_max }),
  }
}
