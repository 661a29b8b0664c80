import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from '@carriergraph/shared/config.ts'
import type { KeyProvider } from './key-provider.ts'
import { parseKeyRing } from './key-ring.ts'
import { localKeyProvider } from './local-key-provider.ts'

/** Where the vault's keys are: exactly one of the two. */
export type KeySettings = {
  readonly VAULT_KEY?: string | undefined
  readonly VAULT_KEY_FILE?: string | undefined
}

/** Whoever else may read the file can read every card in a stolen database. */
const OTHERS = 0o077

/**
 * The keys that the environment names.
 * @throws ConfigError that names the variable and what is wrong, and nothing of a key
 */
export function keyProviderFrom({ VAULT_KEY: text, VAULT_KEY_FILE: file }: KeySettings): KeyProvider {
  if (text !== undefined && file !== undefined)
    throw new ConfigError(['VAULT_KEY: is set beside VAULT_KEY_FILE, expected one of them'])
  if (text !== undefined) return providerOf('VAULT_KEY', text)
  if (file !== undefined) return providerOf('VAULT_KEY_FILE', readKeyFile(file))
  throw new ConfigError(['VAULT_KEY_FILE: is missing, expected a file of keys (or the keys themselves in VAULT_KEY)'])
}

function providerOf(variable: keyof KeySettings, text: string): KeyProvider {
  const ring = parseKeyRing(text)
  if (ring.ok) return localKeyProvider(ring.value)
  throw new ConfigError([
    `${variable}: ${ring.message}, expected wrapping:ID:KEY and lookup:ID:KEY, 32 bytes in base64`,
  ])
}

function readKeyFile(file: string): string {
  let mode: number
  let text: string
  try {
    mode = statSync(file).mode
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new ConfigError([`VAULT_KEY_FILE: cannot be read (${code})`])
  }
  if ((mode & OTHERS) !== 0)
    throw new ConfigError(['VAULT_KEY_FILE: may be read by others than its owner, expected mode 0600 or 0400'])
  return text
}
