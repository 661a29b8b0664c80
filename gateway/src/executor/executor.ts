import type { PlanNode } from '@apollo/query-planner'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { Planner } from '../planner/planner.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { type CompiledOperation, compileOperation } from './compile.ts'

/** Compiles operations of one supergraph, each once. */
export interface Executor {
  /** A valid query or mutation. Throws a GraphQLError when it cannot be planned. */
  compile(document: DocumentNode, operation: OperationDefinitionNode): Promise<CompiledOperation>
  /** What remains of a valid subscription once its event is there. */
  compileEvent(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    rest: PlanNode | undefined,
  ): CompiledOperation
}

export function createExecutor(supergraph: LoadedSupergraph, planner: Planner): Executor {
  // Lives as long as whoever parsed the document keeps it.
  const compiled = new WeakMap<OperationDefinitionNode, Promise<CompiledOperation>>()

  async function compileAnew(document: DocumentNode, operation: OperationDefinitionNode): Promise<CompiledOperation> {
    const plan = await planner.planOperation(document, operation.name?.value)
    return compileOperation({ ...supergraph, document, operation, plan })
  }

  return {
    compile(document, operation) {
      const known = compiled.get(operation)
      if (known !== undefined) return known
      const compiling = compileAnew(document, operation)
      compiled.set(operation, compiling)
      return compiling
    },
    compileEvent: (document, operation, plan) => compileOperation({ ...supergraph, document, operation, plan }),
  }
}
