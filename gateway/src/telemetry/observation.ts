import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { TraceHeaders } from '@carriergraph/shared/telemetry/tracing.ts'
import type { DocumentNode, GraphQLFormattedError, OperationDefinitionNode } from 'graphql'

/** Where an operation came from. */
export interface OperationStart {
  readonly correlationId: string
  /** `live` is any protocol of subscriptions; `event`, one event of one. */
  readonly transport: 'http' | 'live' | 'event'
  /** Of the client's request; the trace that it names is gone on with where clients are trusted with that. */
  readonly headers?: IncomingHttpHeaders
}

/** An operation, as soon as its document is parsed. */
export interface ObservedOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
}

/** How an operation ended. */
export interface ObservedAnswer {
  /** Undefined when the operation was refused as a whole. */
  readonly data: unknown
  /** As the client sees them. */
  readonly errors: readonly GraphQLFormattedError[] | undefined
  /** What it counts as, where that is known. */
  readonly cost?: number | undefined
}

/** Watches one operation on its way through the gateway. Nothing of it throws. */
export interface Observation {
  /** Runs the work, so that what is timed in it is found to belong here. */
  run<T>(work: () => T): T
  /** What the operation turned out to be, and who sent it. */
  knows(operation: ObservedOperation): void
  isOf(actor: Caller): void
  /** Errors of an event, before its answer is handed on as text. */
  tells(errors: readonly GraphQLFormattedError[]): void
  /** A subgraph is called with a body of this text. */
  calls(subgraph: string, body: string): CallObservation
  /** The end of an operation; `status` is HTTP's, where it came that way. Without an answer, the end of an event. */
  ended(answer?: ObservedAnswer, status?: number): void
}

/** Watches one call of a subgraph. */
export interface CallObservation {
  /** What the call carries, so that the subgraph's spans stand below this one; undefined where it is not traced. */
  readonly traceContext: TraceHeaders | undefined
  /** `errorCount` is how many errors the subgraph answered with. */
  answered(errorCount: number): void
  failed(error: unknown): void
}

/** The steps that an operation takes once, before the caches know it. */
export type Phase = 'parse' | 'validate' | 'plan'

/** Times a step. */
export type PhaseTimer = <T>(phase: Phase, work: () => T) => T

/** For a gateway that nobody watches. */
export const untimed: PhaseTimer = (_phase, work) => work()
