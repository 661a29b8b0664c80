import type { FetchNode, PlanNode } from '@apollo/query-planner'
import type { DocumentNode } from 'graphql'

/** What a subscription does: `primary` streams from one subgraph, `rest` runs once for each of its events. */
export interface SubscriptionPlan {
  readonly primary: FetchNode
  /** Entity fields of other subgraphs; undefined when `primary` already answers the whole selection. */
  readonly rest: PlanNode | undefined
}

/** `background` is for what nobody waits for yet: it is planned when no request is. */
export type Urgency = 'request' | 'background'

/** Turns a valid operation into the subgraph calls that answer it. Asynchronous, so that it may leave the main thread. */
export interface Planner {
  /**
   * A query or a mutation; undefined when no subgraph has to be asked.
   * @throws GraphQLError when it cannot be planned, or not within the limits
   */
  planOperation(
    document: DocumentNode,
    operationName: string | undefined,
    urgency?: Urgency,
  ): Promise<PlanNode | undefined>
  /** @throws GraphQLError when it cannot be planned, or not within the limits */
  planSubscription(
    document: DocumentNode,
    operationName: string | undefined,
    urgency?: Urgency,
  ): Promise<SubscriptionPlan>
  /** Refuses what is not planned yet, and lets go of what it plans with. */
  close(): Promise<void>
}

/** How far a planner goes for one operation. */
export interface PlanSearchLimits {
  /**
   * Ways through the subgraphs to one field. A field that n subgraphs share has n times the ways of the field above it:
   * nothing else grows as fast in time and memory.
   */
  readonly paths_max: number
  /** Whole plans that are compared; with more, the best of these is taken. */
  readonly plans_max: number
}
