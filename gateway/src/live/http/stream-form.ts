import type { GraphQLFormattedError } from 'graphql'
import type { Encoding } from '../streams/frame.ts'
import { MULTIPART } from './multipart.ts'
import { SSE } from './sse.ts'

/** How a stream of answers is written as the body of one HTTP response. */
export interface StreamForm {
  readonly contentType: string
  /** Goes out with the headers, so that a client and every proxy on the way know that the stream is open. */
  readonly opening: string
  /** Where a client goes on that loses its connection before the first answer. */
  readonly started?: (cursor: unknown) => string
  readonly answer: Encoding
  /** The last answer of a stream that could not go on, or did not begin. */
  readonly error: (errors: readonly GraphQLFormattedError[]) => string
  readonly complete: string
  /** Keeps proxies from taking a quiet stream for a dead one. */
  readonly heartbeat: string
}

/** The first form of a stream that an `Accept` header names. `*` names none: most who send it take one answer. */
export function streamFormFor(accept: string | undefined): StreamForm | undefined {
  for (const range of accept?.toLowerCase().split(',') ?? []) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (parameters.some((parameter) => REFUSED.test(parameter))) continue
    if (type === 'text/event-stream') return SSE
    // Without the parameter it is the older protocol of @defer, which nobody speaks here.
    if (type === 'multipart/mixed' && parameters.some((parameter) => SUBSCRIPTION_SPEC.test(parameter)))
      return MULTIPART
  }
  return undefined
}

const SUBSCRIPTION_SPEC = /^subscriptionspec="?1\.0"?$/
const REFUSED = /^q=0(\.0*)?$/
