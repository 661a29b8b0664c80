import { hash } from 'node:crypto'

/** The header that carries the signature of a request between two services of the graph. */
export const SIGNATURE_HEADER = 'x-carriergraph-signature'

/** What a signature covers. `path` is the request target as sent, with its query; `body` the raw bytes, '' for none. */
export type SignedRequest = {
  readonly method: string
  readonly path: string
  readonly body: string | Uint8Array
  /** `digestOf(body)`, for whoever knows it already. */
  readonly digest?: string
  /** The value of the header `x-carriergraph-actor` (service-actor.ts); '' for none, as from the gateway. */
  readonly actor?: string
}

/** SHA-256 of a body, in hex. */
export const digestOf = (body: string | Uint8Array): string => hash('sha256', body)

/** What is signed: the request, the time in unix ms and the nonce. No line has a line break in it. */
export function canonicalText(
  { method, path, body, digest = digestOf(body), actor = '' }: SignedRequest,
  t_ms: number,
  nonce: string,
): string {
  return `v1\n${t_ms}\n${nonce}\n${method.toUpperCase()}\n${path}\n${digest}\n${actor}`
}
