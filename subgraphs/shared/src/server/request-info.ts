import type { Actor } from '../auth/actor.ts'
import type { Log } from '../log.ts'

/** What the server knows of a request before any resolver runs: a query, a mutation, or one event of a subscription. */
export type RequestInfo = {
  readonly actor: Actor
  readonly correlationId: string
  readonly log: Log
  /** Aborted when nobody waits for the answer any more: the caller left, or the server stops. */
  readonly signal: AbortSignal
}

/** What every subgraph's context carries; each adds its database, its loaders and its clock. */
export type RequestContext = Pick<RequestInfo, 'actor' | 'correlationId' | 'log'>

/**
 * Builds the context of one request. For a subscription it is called when subscribing and again for each event, so
 * that a DataLoader's cache never outlives the event that it was filled for.
 */
export type ContextFactory<Context extends RequestContext> = (request: RequestInfo) => Context | Promise<Context>
