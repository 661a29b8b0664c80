import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localSecrets } from './state.ts'

const home = mkdtempSync(join(tmpdir(), 'carriergraph-state-'))
const file = join(home, 'secrets.json')
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('secrets are made once, for their owner alone, and found again', () => {
  const secrets = localSecrets(home)
  expect(new Set([secrets.postgres, secrets.bus, ...Object.values(secrets.databases)]).size).toBe(6)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(localSecrets(home)).toEqual(secrets)
})

test.each([
  ['is cut off', '{"postgres":"x'],
  ['lacks one', '{"postgres":"x","bus":"y","signingKeys":"z","databases":{}}'],
])('a file of secrets that %s is named in a sentence, and not replaced', (_, content) => {
  writeFileSync(file, content)
  expect(() => localSecrets(home)).toThrow(`${file} is damaged`)
  expect(() => localSecrets(home)).toThrow('damaged')
})
