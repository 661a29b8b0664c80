import type { KeyObject } from 'node:crypto'
import type { Outcome } from '@carriergraph/shared/outcome.ts'

/** A data key as it is stored: encrypted under a wrapping key that the database never sees. */
export type WrappedKey = { readonly wrappingKeyId: string; readonly wrapped: Uint8Array }

export type UnwrapFault = 'WRAPPING_KEY_MISSING' | 'DATA_KEY_BROKEN'

/**
 * Who holds the key-encryption keys and the keys for lookup. Neither leaves it, so that a key management service can
 * stand behind it: hence promises, which must not be awaited in a transaction.
 */
export type KeyProvider = {
  /** The key that `wrap` uses. */
  readonly wrappingKeyId: string
  /** `context` says which data key it is: it can be unwrapped for the same context alone. */
  wrap(key: KeyObject, context: string): Promise<WrappedKey>
  unwrap(key: WrappedKey, context: string): Promise<Outcome<KeyObject, UnwrapFault>>
  /** The keys for lookup by id, the one in use first. */
  readonly lookupKeyIds: readonly [string, ...string[]]
  /** HMAC-SHA-256 of `text`. @throws Error for an id that is not among `lookupKeyIds` */
  mac(lookupKeyId: string, text: string): Promise<Uint8Array>
}
