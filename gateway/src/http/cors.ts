import type { IncomingMessage, ServerResponse } from 'node:http'
import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'

/** Browsers ask again after this; no browser keeps an answer for longer than a day. */
const PREFLIGHT_AGE_S = 86_400

/** What pages may read of an answer beside its body: whom to name in a report, and how much is left before they wait. */
const EXPOSED = [CORRELATION_HEADER, 'retry-after', 'ratelimit', 'ratelimit-policy', 'x-operation-cost'].join(', ')

/**
 * Whether pages of an origin may use the graph; `*` allows every page. No cookie ever signs anybody in here, so `*`
 * lets a page do nothing that its user's own program could not do.
 */
export type OriginRule = (origin: string | undefined) => boolean

export function originRule(allowed: readonly string[]): OriginRule {
  const all = allowed.includes('*')
  return (origin) => all || origin === undefined || allowed.includes(origin)
}

/** Sets the CORS headers of an answer; answers a preflight itself and returns true. */
export function answeredPreflight(request: IncomingMessage, response: ServerResponse, allow: OriginRule): boolean {
  const { origin } = request.headers
  response.appendHeader('vary', 'origin')
  if (origin !== undefined && allow(origin)) {
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-expose-headers', EXPOSED)
  }
  if (request.method !== 'OPTIONS') return false
  response.setHeader('access-control-allow-methods', 'GET, POST')
  response.setHeader('access-control-max-age', String(PREFLIGHT_AGE_S))
  const asked = request.headers['access-control-request-headers']
  if (asked !== undefined) response.setHeader('access-control-allow-headers', asked)
  response.writeHead(204).end()
  return true
}
