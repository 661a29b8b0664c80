import { randomBytes } from 'node:crypto'
import { macOf, type SignedRequest } from './canonical.ts'
import type { SigningKeys } from './keys.ts'

export type SignOptions = SignedRequest & {
  readonly keys: SigningKeys
  readonly now: Date
  /** A text of this request alone; random unless a test fixes it. */
  readonly nonce?: string
}

/** The value of the header `x-carriergraph-signature`. A WebSocket upgrade is signed as a GET with an empty body. */
export function signRequest({ keys, now, nonce = newNonce(), ...request }: SignOptions): string {
  const [{ kid, secret }] = keys
  const t_ms = now.getTime()
  return `kid=${kid},t=${t_ms},n=${nonce},v1=${macOf(secret, request, t_ms, nonce).toString('hex')}`
}

const newNonce = (): string => randomBytes(16).toString('base64url')
