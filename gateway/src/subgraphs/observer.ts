import type { CircuitState } from './circuit-breaker.ts'
import type { UnavailableReason } from './failure.ts'

/** What came of a call: an answer, errors in it included, or why there was none. */
export type CallOutcome = 'answered' | 'SUBGRAPH_TIMEOUT' | UnavailableReason

export interface FinishedCall {
  readonly subgraph: string
  readonly kind: 'query' | 'mutation'
  readonly outcome: CallOutcome
  /** The wait for a place and the retries included. */
  readonly duration_ms: number
  /** Requests that were tried; 0 when the call was refused before. */
  readonly tries: number
}

/** Is told what happens between the gateway and its subgraphs; must not throw. */
export interface SubgraphObserver {
  callFinished(call: FinishedCall): void
  /** `endpoint` is the URL whose circuit it is. */
  circuitChanged(subgraph: string, endpoint: string, state: CircuitState): void
}

/** How things stand with one subgraph. */
export interface SubgraphState {
  /** The best among those of its URLs: calls are refused only while all are open. */
  readonly circuit: CircuitState
  readonly inFlight: number
  readonly queued: number
  readonly endpoints: readonly EndpointState[]
  readonly connections: ConnectionCounts
}

/** Connections that are open, or being opened. */
export interface ConnectionCounts {
  /** For one call at a time. */
  readonly http: number
  /** For many at once. */
  readonly multiplexed: number
}

export interface EndpointState {
  readonly url: string
  readonly circuit: CircuitState
  readonly outstanding: number
  readonly connections: ConnectionCounts
}

/** For those who do not want to know. */
export const NO_OBSERVER: SubgraphObserver = { callFinished: () => undefined, circuitChanged: () => undefined }
