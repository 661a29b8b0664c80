import type { FetchNode, PlanNode } from '@apollo/query-planner'

/** All fetches of a plan, on conditions or not. */
export function fetchesOf(plan: PlanNode): readonly FetchNode[] {
  switch (plan.kind) {
    case 'Fetch':
      return [plan]
    case 'Flatten':
      return fetchesOf(plan.node)
    case 'Sequence':
    case 'Parallel':
      return plan.nodes.flatMap(fetchesOf)
    case 'Condition':
      return [plan.ifClause, plan.elseClause].flatMap((clause) => (clause === undefined ? [] : fetchesOf(clause)))
    case 'Defer':
      return []
  }
}
