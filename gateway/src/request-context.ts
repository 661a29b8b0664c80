import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'

/** What one operation carries on its way through the gateway, whichever transport it came by. */
export type RequestContext = {
  /** From the verified token; the anonymous actor without one. */
  readonly actor: Actor
  /** The client's header as it came, for the subgraphs to verify again. */
  readonly authorization: string | undefined
  readonly correlationId: string
}

/** The headers of the client's request that a subgraph gets; nothing else of it travels on. */
export const forwardedHeaders = ({ authorization, correlationId }: RequestContext): Record<string, string> => ({
  [CORRELATION_HEADER]: correlationId,
  ...(authorization !== undefined && { authorization }),
})
