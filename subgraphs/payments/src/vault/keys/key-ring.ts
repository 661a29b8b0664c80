import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

/** Keys by id; those in use are the first. */
export type KeyRing = {
  readonly wrapping: ReadonlyMap<string, KeyObject>
  readonly lookup: ReadonlyMap<string, KeyObject>
}

/** AES-256, and HMAC-SHA-256 as strong as its output. */
export const KEY_BYTES = 32
/** More than any rotation needs; a longer text is some other file. */
const KEYS_MAX = 64
const ENTRY = /^(wrapping|lookup):([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/

/**
 * Reads `wrapping:ID:KEY` and `lookup:ID:KEY`, separated by white space or commas; a key is 32 bytes in base64. The first
 * of each kind is in use, the others are for what is still under them. Faults tell the position of an entry and
 * nothing of its text.
 */
export function parseKeyRing(text: string): Outcome<KeyRing, 'KEYS_MALFORMED'> {
  const wrapping = new Map<string, KeyObject>()
  const lookup = new Map<string, KeyObject>()
  const seen = new Set<string>()
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  if (entries.length > KEYS_MAX) return refuse('KEYS_MALFORMED', `has more than ${KEYS_MAX} keys`)
  for (const [index, entry] of entries.entries()) {
    const [, use, id, encoded] = ENTRY.exec(entry) ?? []
    const place = `entry ${index + 1}`
    if (id === undefined || encoded === undefined) return refuse('KEYS_MALFORMED', `${place} is no key`)
    const ring = use === 'wrapping' ? wrapping : lookup
    if (ring.has(id)) return refuse('KEYS_MALFORMED', `${place} repeats an id`)
    // One key for two uses, or under two ids, is a mistake in copying.
    if (seen.has(encoded)) return refuse('KEYS_MALFORMED', `${place} repeats a key`)
    seen.add(encoded)
    ring.set(id, createSecretKey(encoded, 'base64'))
  }
  if (wrapping.size === 0) return refuse('KEYS_MALFORMED', 'has no wrapping key')
  if (lookup.size === 0) return refuse('KEYS_MALFORMED', 'has no lookup key')
  return ok({ wrapping, lookup })
}

/** A new key of each kind, in the form that `parseKeyRing` reads. */
export function newKeyRingText(): string {
  const entry = (use: 'wrapping' | 'lookup') => {
    const id = `${use[0]}-${randomBytes(4).toString('hex')}`
    return `${use}:${id}:${randomBytes(KEY_BYTES).toString('base64')}\n`
  }
  return `${entry('wrapping')}${entry('lookup')}`
}
