import type { PlanNode } from '@apollo/query-planner'
import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { collectFields } from './field-selection.ts'
import { rootFields } from './root-fields.ts'

interface PlannedOperation {
  readonly operation: OperationDefinitionNode
  readonly plan: PlanNode | undefined
  readonly apiSchema: GraphQLSchema
  readonly clientKeys: ReadonlyMap<string, string>
}

/** @throws GraphQLError UNANSWERABLE for a root field that is not in the plan, and that is asked for */
export type RefuseUnplanned = (coerced: Readonly<Record<string, unknown>>) => void

/**
 * Compiles what refuses an operation of which the planner left out a root field: it does so, without a word, where no
 * subgraph can answer what is selected. The client would be told null, as if that were the answer.
 */
export function compileRefusal(
  { operation, plan, apiSchema, clientKeys }: PlannedOperation,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): RefuseUnplanned | undefined {
  // The root field of a subscription is answered by its event.
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined
  const planned = new Set(plan && plannedKeys(plan))
  const root = apiSchema.getRootType(operation.operation)
  const applies = (typeCondition: string): boolean => {
    const condition = apiSchema.getType(typeCondition)
    return condition === root || (isAbstractType(condition) && !!root && apiSchema.isSubType(condition, root))
  }
  const selected = [{ selectionSet: operation.selectionSet, condition: undefined }]
  const unplanned = collectFields(selected, { fragments, applies }).filter(
    ({ key, name }) => !name.startsWith('__') && !planned.has(key),
  )
  if (unplanned.length === 0) return undefined
  return (coerced) => {
    // The planner rightly leaves out what is included and skipped by the same variable.
    const field = unplanned.find(({ condition }) => condition?.(coerced) !== false)
    if (field === undefined) return
    const key = clientKeys.get(field.key) ?? field.key
    throw gatewayError('UNANSWERABLE', { message: `No subgraph can answer ${key} as it is asked for.` })
  }
}

function plannedKeys(node: PlanNode): readonly string[] {
  switch (node.kind) {
    case 'Fetch':
      return rootFields(node).map(({ key }) => key)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(plannedKeys)
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? plannedKeys(clause) : []))
    case 'Flatten':
    case 'Defer':
      return []
  }
}
