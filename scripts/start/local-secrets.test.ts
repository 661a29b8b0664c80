import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyProviderFrom } from '@carriergraph/payments/vault/keys/key-source.ts'
import { afterAll, expect, test } from 'vitest'
import { localSecrets, localVaultKeys } from './local-secrets.ts'

const home = mkdtempSync(join(tmpdir(), 'carriergraph-state-'))
const file = join(home, 'secrets.json')
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('secrets are made once, for their owner alone, and found again', () => {
  const secrets = localSecrets(home)
  expect(new Set([secrets.postgres, secrets.bus, ...Object.values(secrets.databases)]).size).toBe(6)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(localSecrets(home)).toEqual(secrets)
})

test('the keys of the card vault are made once, for their owner alone, and are what payments read', () => {
  const { VAULT_KEY_FILE } = localVaultKeys(home)
  const made = readFileSync(VAULT_KEY_FILE, 'utf8')
  expect(statSync(VAULT_KEY_FILE).mode & 0o777).toBe(0o600)
  expect(keyProviderFrom(localVaultKeys(home)).wrappingKeyId).toMatch(/^w-/)
  expect(readFileSync(VAULT_KEY_FILE, 'utf8')).toBe(made)
})

test.each([
  ['is cut off', '{"postgres":"x'],
  ['lacks one', '{"postgres":"x","bus":"y","signingKeys":"z","databases":{}}'],
])('a file of secrets that %s is named in a sentence, and not replaced', (_, content) => {
  writeFileSync(file, content)
  expect(() => localSecrets(home)).toThrow(`${file} is damaged`)
  expect(() => localSecrets(home)).toThrow('damaged')
})
