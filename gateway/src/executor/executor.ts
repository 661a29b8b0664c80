import type { PlanNode } from '@apollo/query-planner'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { Planner } from '../planner/planner.ts'
import { type SeparatedOperation, separateResponseKeys } from '../planner/response-keys.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { type CompiledOperation, compileOperation } from './compile.ts'

/** Compiles operations of one supergraph, each once. */
export interface Executor {
  /** A valid query or mutation. Throws a GraphQLError when it cannot be planned. */
  compile(document: DocumentNode, operation: OperationDefinitionNode): Promise<CompiledOperation>
  /** What remains of a valid subscription once its event is there. */
  compileEvent(subscription: SeparatedOperation, rest: PlanNode | undefined): CompiledOperation
}

/** @param errors_max errors that one answer lists */
export function createExecutor(supergraph: LoadedSupergraph, planner: Planner, errors_max: number): Executor {
  // Lives as long as whoever parsed the document keeps it.
  const compiled = new WeakMap<OperationDefinitionNode, Promise<CompiledOperation>>()

  async function compileAnew(document: DocumentNode, operation: OperationDefinitionNode): Promise<CompiledOperation> {
    const separated = separateResponseKeys(document, operation, supergraph.plannable)
    const plan = await planner.planOperation(separated.document, operation.name?.value)
    return compileOperation({ ...supergraph, ...separated, plan, errors_max })
  }

  return {
    compile(document, operation) {
      const known = compiled.get(operation)
      if (known !== undefined) return known
      const compiling = compileAnew(document, operation)
      compiled.set(operation, compiling)
      return compiling
    },
    compileEvent: (subscription, plan) => compileOperation({ ...supergraph, ...subscription, plan, errors_max }),
  }
}
