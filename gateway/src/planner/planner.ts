import type { FetchNode, PlanNode } from '@apollo/query-planner'
import type { DocumentNode } from 'graphql'

/** What a subscription does: `primary` streams from one subgraph, `rest` runs once for each of its events. */
export interface SubscriptionPlan {
  readonly primary: FetchNode
  /** Entity fields of other subgraphs; undefined when `primary` already answers the whole selection. */
  readonly rest: PlanNode | undefined
}

/** Turns a valid operation into the subgraph calls that answer it. Asynchronous, so that it may leave the main thread. */
export interface Planner {
  /** A query or a mutation; undefined when no subgraph has to be asked. */
  planOperation(document: DocumentNode, operationName: string | undefined): Promise<PlanNode | undefined>
  /** Throws a GraphQLError when the subscription cannot be planned. */
  planSubscription(document: DocumentNode, operationName: string | undefined): Promise<SubscriptionPlan>
}
