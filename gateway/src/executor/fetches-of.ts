import type { FetchNode, PlanNode } from '@apollo/query-planner'
import type { Place } from './place.ts'

export interface PlacedFetch {
  readonly fetch: FetchNode
  /** Where what it is about is in the merged data. */
  readonly place: Place
}

/** All fetches of a plan, on conditions or not. */
export const fetchesOf = (plan: PlanNode): readonly FetchNode[] => placedFetches(plan).map(({ fetch }) => fetch)

/** The same, with their places. */
export function placedFetches(plan: PlanNode, place: Place = []): readonly PlacedFetch[] {
  switch (plan.kind) {
    case 'Fetch':
      return [{ fetch: plan, place }]
    case 'Flatten':
      return placedFetches(plan.node, [...place, ...plan.path.map(String)])
    case 'Sequence':
    case 'Parallel':
      return plan.nodes.flatMap((node) => placedFetches(node, place))
    case 'Condition':
      return [plan.ifClause, plan.elseClause].flatMap((clause) => (clause ? placedFetches(clause, place) : []))
    case 'Defer':
      return []
  }
}

/** A plan with something else in the place of each of its fetches. */
export function withFetches(plan: PlanNode, change: (fetch: FetchNode) => PlanNode): PlanNode {
  const within = (node: PlanNode): PlanNode => withFetches(node, change)
  switch (plan.kind) {
    case 'Fetch':
      return change(plan)
    case 'Flatten':
      return { ...plan, node: within(plan.node) }
    case 'Sequence':
    case 'Parallel':
      return { ...plan, nodes: plan.nodes.map(within) }
    case 'Condition': {
      const { ifClause, elseClause } = plan
      return {
        ...plan,
        ...(ifClause && { ifClause: within(ifClause) }),
        ...(elseClause && { elseClause: within(elseClause) }),
      }
    }
    case 'Defer':
      return plan
  }
}
