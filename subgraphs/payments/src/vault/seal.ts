import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { SEAL_FAULTS } from './faults.ts'

/** AES-256-GCM with a nonce of 96 bits and a tag of 128: the sizes that NIST SP 800-38D recommends. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** First byte of every seal: another layout gets another number. */
const VERSION = 1
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/**
 * Encrypts and authenticates: version, nonce, tag, ciphertext. `context` is authenticated and not stored: what is sealed
 * can be opened for the same context alone. Nonces are random: at most 2^32 seals under one key keep the chance of a
 * repetition below 2^-32, and a data key is rotated long before that.
 */
export function seal(key: KeyObject, plaintext: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.getAuthTag(), ciphertext])
}

/** The plaintext, or a refusal and nothing of it. */
export function unseal(
  key: KeyObject,
  sealed: Uint8Array,
  context: string,
): Outcome<Buffer, 'SEAL_MALFORMED' | 'SEAL_BROKEN'> {
  if (sealed.length <= HEAD_BYTES || sealed[0] !== VERSION) return refuse('SEAL_MALFORMED', SEAL_FAULTS.SEAL_MALFORMED)
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES))
  const unauthenticated = decipher.update(sealed.subarray(HEAD_BYTES))
  try {
    decipher.final()
  } catch {
    unauthenticated.fill(0)
    return refuse('SEAL_BROKEN', SEAL_FAULTS.SEAL_BROKEN)
  }
  return ok(unauthenticated)
}
