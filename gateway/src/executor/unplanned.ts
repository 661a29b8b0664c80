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

/**
 * Refuses an operation of which the planner left out a root field: it does so, without a word, where no subgraph can
 * answer what is selected. The client would be told null, as if that were the answer.
 * @throws GraphQLError UNANSWERABLE
 */
export function refuseUnplanned(
  { operation, plan, apiSchema, clientKeys }: PlannedOperation,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): void {
  // The root field of a subscription is answered by its event.
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return
  const planned = new Set(plan && plannedKeys(plan))
  const root = apiSchema.getRootType(operation.operation)
  const applies = (typeCondition: string): boolean => {
    const condition = apiSchema.getType(typeCondition)
    return condition === root || (isAbstractType(condition) && !!root && apiSchema.isSubType(condition, root))
  }
  const selected = [{ selectionSet: operation.selectionSet, condition: undefined }]
  for (const { key, name } of collectFields(selected, { fragments, applies })) {
    if (name.startsWith('__') || planned.has(key)) continue
    const message = `No subgraph can answer ${clientKeys.get(key) ?? key} as it is asked for.`
    throw gatewayError('UNANSWERABLE', { message })
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
