import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KeyProvider } from './keys/key-provider.ts'
import { newKeyRingText, parseKeyRing } from './keys/key-ring.ts'
import { localKeyProvider } from './keys/local-key-provider.ts'
import { seal, unseal } from './seal.ts'

const newKey = () => createSecretKey(randomBytes(32))
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })

const flipped = (data: Uint8Array, bit: number): Uint8Array => {
  const changed = Uint8Array.from(data)
  const at = bit % (data.length * 8)
  changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
  return changed
}

function providerOf(text: string): KeyProvider {
  const ring = parseKeyRing(text)
  if (!ring.ok) throw new Error(ring.message)
  return localKeyProvider(ring.value)
}

test('what is sealed can be opened for the same key and context alone, and never looks the same twice', () => {
  fc.assert(
    fc.property(bytes, fc.string(), fc.string(), (plaintext, context, other) => {
      const key = newKey()
      const sealed = seal(key, plaintext, context)
      const opened = unseal(key, sealed, context)
      expect(opened.ok && Uint8Array.from(opened.value)).toEqual(plaintext)
      expect(unseal(newKey(), sealed, context)).toMatchObject({ ok: false, code: 'SEAL_BROKEN' })
      if (Buffer.compare(Buffer.from(context), Buffer.from(other)) !== 0)
        expect(unseal(key, sealed, other)).toMatchObject({ ok: false, code: 'SEAL_BROKEN' })
      expect(seal(key, plaintext, context)).not.toEqual(sealed)
    }),
  )
})

test('every single bit counts: of version, nonce, tag and ciphertext, and of the context', () => {
  const key = newKey()
  const plaintext = Buffer.from('4111111111111111')
  const sealed = seal(key, plaintext, 'card_x')
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const opened = unseal(key, flipped(sealed, bit), 'card_x')
    expect(opened).toEqual({ ok: false, code: bit < 8 ? 'SEAL_MALFORMED' : 'SEAL_BROKEN', message: expect.any(String) })
  }
  const context = Buffer.from('card_x')
  for (let bit = 0; bit < context.length * 8; bit += 1) {
    // A flipped top bit is no UTF-8; the context is a text.
    if (bit % 8 === 7) continue
    expect(unseal(key, sealed, Buffer.from(flipped(context, bit)).toString())).toMatchObject({ code: 'SEAL_BROKEN' })
  }
})

test('what is cut off anywhere, or has more behind it, is refused', () => {
  const key = newKey()
  const sealed = seal(key, Buffer.from('4111111111111111'), 'c')
  for (let length = 0; length < sealed.length; length += 1)
    expect(unseal(key, sealed.subarray(0, length), 'c')).toMatchObject({
      code: length <= 29 ? 'SEAL_MALFORMED' : 'SEAL_BROKEN',
    })
  expect(unseal(key, Buffer.concat([sealed, Buffer.of(0)]), 'c')).toMatchObject({ code: 'SEAL_BROKEN' })
})

test('a data key comes back from its wrapping, and with any bit of it changed it does not', async () => {
  const provider = providerOf(newKeyRingText())
  const key = newKey()
  const stored = await provider.wrap(key, 'vdk_x')
  const opened = await provider.unwrap(stored, 'vdk_x')
  expect(opened.ok && opened.value.equals(key)).toBe(true)
  expect(Buffer.from(stored.wrapped).includes(key.export())).toBe(false)
  for (let bit = 0; bit < stored.wrapped.length * 8; bit += 1) {
    const broken = await provider.unwrap({ ...stored, wrapped: flipped(stored.wrapped, bit) }, 'vdk_x')
    expect(broken).toMatchObject({ ok: false, code: 'DATA_KEY_BROKEN' })
    expect(broken).not.toHaveProperty('value')
  }
  expect(await provider.unwrap(stored, 'vdk_y')).toMatchObject({ code: 'DATA_KEY_BROKEN' })
})

test('a wrapping key that is not there, and another one under its id, are told apart', async () => {
  const text = newKeyRingText()
  const stored = await providerOf(text).wrap(newKey(), 'c')
  expect(await providerOf(newKeyRingText()).unwrap(stored, 'c')).toMatchObject({ code: 'WRAPPING_KEY_MISSING' })
  const impostor = newKeyRingText().replace(/^wrapping:[^:]+/, `wrapping:${stored.wrappingKeyId}`)
  expect(await providerOf(impostor).unwrap(stored, 'c')).toMatchObject({ code: 'DATA_KEY_BROKEN' })
  const both = `${newKeyRingText()}${text}`
  expect(await providerOf(both).unwrap(stored, 'c')).toMatchObject({ ok: true })
  expect(providerOf(both).wrappingKeyId).not.toBe(stored.wrappingKeyId)
})
