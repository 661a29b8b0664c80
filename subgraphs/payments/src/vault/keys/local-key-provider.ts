import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import { SEAL_FAULTS } from '../faults.ts'
import { seal, unseal } from '../seal.ts'
import type { KeyProvider } from './key-provider.ts'
import { KEY_BYTES, type KeyRing } from './key-ring.ts'

/** Keys in this process's memory: as KeyObjects, which print none of their bytes. */
export function localKeyProvider({ wrapping, lookup }: KeyRing): KeyProvider {
  const [[wrappingKeyId, wrappingKey] = none()] = wrapping
  const [lookupKeyId = none(), ...olderLookupKeyIds] = lookup.keys()
  return {
    wrappingKeyId,
    async wrap(key, context) {
      const plaintext = key.export()
      const wrapped = seal(wrappingKey, plaintext, context)
      plaintext.fill(0)
      return { wrappingKeyId, wrapped }
    },
    async unwrap({ wrappingKeyId: id, wrapped }, context) {
      const key = wrapping.get(id)
      if (key === undefined) return refuse('WRAPPING_KEY_MISSING', SEAL_FAULTS.WRAPPING_KEY_MISSING)
      const opened = unseal(key, wrapped, context)
      if (!opened.ok || opened.value.length !== KEY_BYTES) return refuse('DATA_KEY_BROKEN', SEAL_FAULTS.DATA_KEY_BROKEN)
      const dataKey: KeyObject = createSecretKey(opened.value)
      opened.value.fill(0)
      return ok(dataKey)
    },
    lookupKeyIds: [lookupKeyId, ...olderLookupKeyIds],
    async mac(id, text) {
      const key = lookup.get(id)
      if (key === undefined) throw new Error(`There is no lookup key ${id}.`)
      return createHmac('sha256', key).update(text).digest()
    },
  }
}

const none = (): never => {
  throw new TypeError('A key ring has a key of each kind.')
}
