import type { PlanNode } from '@apollo/query-planner'
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import type { PlanSearchLimits, SubscriptionPlan } from './planner.ts'

/** What is planned for each kind of operation. */
export interface Planned {
  readonly operation: PlanNode | undefined
  readonly subscription: SubscriptionPlan
}

/** What a planning thread is started with. */
export interface PlanningThreadData {
  readonly plannable: PlannableSupergraph
  readonly limits: PlanSearchLimits
}

export interface PlanRequest {
  readonly kind: keyof Planned
  /** The document, printed: text is smaller than its tree, and the thread parses it beside everybody's work. */
  readonly text: string
  readonly operationName: string | undefined
}

/** What a planning thread says first: that it can plan. */
export const READY = 'ready'

/** What it says to each request. */
export type PlanReply =
  | { readonly kind: 'planned'; readonly plan: Planned[keyof Planned] }
  | { readonly kind: 'refused'; readonly message: string; readonly extensions: GraphQLErrorExtensions }
  | { readonly kind: 'failed'; readonly error: unknown }

/** A GraphQLError would arrive as a plain error, without the code that its client acts on. */
export function replyOfError(error: unknown): PlanReply {
  if (!(error instanceof GraphQLError)) return { kind: 'failed', error }
  return { kind: 'refused', message: error.message, extensions: error.extensions }
}
