import { hash } from 'node:crypto'

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

/** What is signed: the request, the time in unix ms and the nonce. No line has a line break in it. */
export function canonicalText(request: SignedRequest, t_ms: number, nonce: string): string {
  const { method, path, body, actor = '' } = request
  return `v1\n${t_ms}\n${nonce}\n${method.toUpperCase()}\n${path}\n${hash('sha256', body)}\n${actor}`
}
