import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'
import type { Observation } from './telemetry/observation.ts'

/** What one operation carries on its way through the gateway, whichever transport it came by. */
export type RequestContext = {
  /** From the verified token; the anonymous actor without one. */
  readonly actor: Actor
  /** The client's header as it came, for the subgraphs to verify again. */
  readonly authorization: string | undefined
  readonly correlationId: string
  /** W3C Trace Context that a call to a subgraph goes on with. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  /** Who watches the operation, if anybody does. */
  readonly observation?: Observation | undefined
}

/** The headers of the client's request that a subgraph gets; nothing else of it travels on. */
export const forwardedHeaders = ({
  authorization,
  correlationId,
  traceparent,
  tracestate,
}: RequestContext): Record<string, string> => ({
  [CORRELATION_HEADER]: correlationId,
  ...(authorization !== undefined && { authorization }),
  ...(traceparent !== undefined && { traceparent }),
  ...(tracestate !== undefined && { tracestate }),
})
