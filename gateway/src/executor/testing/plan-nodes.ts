import type { FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { OperationTypeNode } from 'graphql'

// Parts of query plans, made by hand.

export const fetchOf = (operation: string, more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
  operation,
  ...more,
})

export const field = (
  name: string,
  more: Partial<Pick<QueryPlanFieldNode, 'alias' | 'selections'>> = {},
): QueryPlanSelectionNode => ({ kind: 'Field', name, ...more })

export const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
})
