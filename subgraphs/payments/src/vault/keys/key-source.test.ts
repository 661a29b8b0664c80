import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { ensureKeyFile } from './key-file.ts'
import { newKeyRingText, parseKeyRing } from './key-ring.ts'
import { keyProviderFrom } from './key-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'vault-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const secretsIn = (text: string) => [...text.matchAll(/:([^:\s]{44})/g)].map(([, secret]) => secret ?? '')
const TEXT = newKeyRingText()
const [WRAPPING = '', LOOKUP = ''] = TEXT.trim().split('\n')

test('keys come from the environment, or from a file that is made for its owner alone, once', async () => {
  const file = join(folder, 'made')
  ensureKeyFile(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const first = keyProviderFrom({ VAULT_KEY_FILE: file })
  ensureKeyFile(file)
  expect(keyProviderFrom({ VAULT_KEY_FILE: file }).lookupKeyIds).toEqual(first.lookupKeyIds)
  const given = keyProviderFrom({ VAULT_KEY: `${WRAPPING},${LOOKUP}` })
  expect(`wrapping:${given.wrappingKeyId}:`).toBe(WRAPPING.slice(0, -44))
  expect(await given.mac(given.lookupKeyIds[0], 'x')).toHaveLength(32)
})

test.each([
  ['has no wrapping key', LOOKUP],
  ['has no lookup key', WRAPPING],
  ['entry 2 is no key', `${WRAPPING} lookup:l:short`],
  ['entry 1 is no key', `sealing:k:${'A'.repeat(43)}=`],
  ['entry 3 repeats an id', `${TEXT}${WRAPPING.slice(0, -44)}${secretsIn(newKeyRingText())[0]}`],
  ['entry 3 repeats a key', `${TEXT}lookup:other:${secretsIn(TEXT)[0]}`],
  ['has more than 64 keys', newKeyRingText().repeat(33)],
])('keys that are at fault are named by their place and no more: %s', (message, text) => {
  const fault = new Error('placeholder')
  try {
    keyProviderFrom({ VAULT_KEY: text })
  } catch (error) {
    Object.assign(fault, { cause: error })
  }
  const told = inspect(fault.cause, { depth: 9 })
  expect(told).toContain(`VAULT_KEY: ${message}`)
  for (const secret of secretsIn(text)) expect(told).not.toContain(secret)
})

test('a file that others may read, that is not there, both settings and neither are faults of the configuration', () => {
  const file = join(folder, 'exposed')
  writeFileSync(file, TEXT, { mode: 0o600 })
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(file, mode)
    expect(() => keyProviderFrom({ VAULT_KEY_FILE: file })).toThrow('VAULT_KEY_FILE: may be read by others')
  }
  expect(() => keyProviderFrom({ VAULT_KEY_FILE: join(folder, 'none') })).toThrow('cannot be read (ENOENT)')
  expect(() => keyProviderFrom({ VAULT_KEY: TEXT, VAULT_KEY_FILE: file })).toThrow('expected one of them')
  expect(() => keyProviderFrom({})).toThrow('VAULT_KEY_FILE: is missing')
})

test('keys print none of their bytes', () => {
  const ring = parseKeyRing(TEXT)
  const provider = keyProviderFrom({ VAULT_KEY: TEXT })
  for (const printed of [inspect(ring, { depth: 9, showHidden: true }), inspect(provider, { depth: 9 })])
    for (const secret of secretsIn(TEXT)) {
      expect(printed).not.toContain(secret)
      expect(printed).not.toContain(Buffer.from(secret, 'base64').toString('hex'))
    }
})
