import { createHash, createHmac } from 'node:crypto'

/** The header that carries the signature of a request between two services of the graph. */
export const SIGNATURE_HEADER = 'x-carriergraph-signature'

/** What a signature covers. `path` is the request target as sent, with its query; `body` the raw bytes, '' for none. */
export type SignedRequest = {
  readonly method: string
  readonly path: string
  readonly body: string | Uint8Array
  /** The value of the header `x-carriergraph-actor` (service-actor.ts); '' for none, as from the gateway. */
  readonly actor?: string
}

/** HMAC-SHA-256 over the request, the time in unix ms and the nonce. No line has a line break in it. */
export function macOf(secret: string, request: SignedRequest, t_ms: number, nonce: string): Buffer {
  const { method, path, body, actor = '' } = request
  const digest = createHash('sha256').update(body).digest('hex')
  return createHmac('sha256', secret)
    .update(`v1\n${t_ms}\n${nonce}\n${method.toUpperCase()}\n${path}\n${digest}\n${actor}`)
    .digest()
}
