import { randomBytes } from 'node:crypto'
import type { NamedSecret } from '../config.ts'
import { canonicalText, type SignedRequest } from './canonical.ts'
import { createHmacSha256 } from './hmac.ts'
import type { SigningKeys } from './keys.ts'

export type SignOptions = SignedRequest & {
  readonly keys: SigningKeys
  readonly now: Date
  /** A text of this request alone; made anew unless a test fixes it. */
  readonly nonce?: string
}

const macs = new WeakMap<NamedSecret, (text: string) => string>()

/** The value of the header `x-carriergraph-signature`. A WebSocket upgrade is signed as a GET with an empty body. */
export function signRequest(options: SignOptions): string {
  const { now, nonce = newNonce() } = options
  const [key] = options.keys
  const mac = macs.get(key) ?? prepare(key)
  const t_ms = now.getTime()
  return `kid=${key.kid},t=${t_ms},n=${nonce},v1=${mac(canonicalText(options, t_ms, nonce))}`
}

function prepare(key: NamedSecret): (text: string) => string {
  const mac = createHmacSha256(key.secret)
  macs.set(key, mac)
  return mac
}

/** A nonce need not be guarded, since it is signed, but be nobody else's: 128 random bits a process, then a count. */
const NONCE_PREFIX = randomBytes(16).toString('base64url')
let nonces = 0
const newNonce = (): string => `${NONCE_PREFIX}${(nonces++).toString(36)}`
