import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { Observation } from './telemetry/observation.ts'

/** What one operation carries on its way through the gateway, whichever transport it came by. */
export type RequestContext = {
  /** From the verified token; the anonymous actor without one. */
  readonly actor: Caller
  /** The client's header as it came, for the subgraphs to verify again. */
  readonly authorization: string | undefined
  readonly correlationId: string
  /** Where it comes from, proxies of ours aside. */
  readonly clientAddress: string
  /** W3C Trace Context that a call to a subgraph goes on with: the client's, or of a span of the gateway's own. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  /** Who watches the operation, if anybody does. */
  readonly observation?: Observation | undefined
  /** Further headers of the client's request for the subgraphs, names and values in turn. */
  readonly forwarded?: readonly string[] | undefined
  /** What the client calls itself, if it does. */
  readonly clientName?: string | undefined
  /** Whether its answers must be younger than it is: no call that is under way already is shared. */
  readonly isFresh?: boolean
  /** The client's Cache-Control header. */
  readonly cacheControl?: string | undefined
}
