import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { newKeyRingText } from './key-ring.ts'

/** Its name in the home of a local installation. */
export const LOCAL_KEY_FILE = 'vault-keys'

/**
 * Makes a file of new keys, for its owner alone, unless there is one. It is linked into its place whole: of two makers one
 * wins, and nobody reads half of it.
 */
export function ensureKeyFile(file: string): void {
  if (existsSync(file)) return
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, newKeyRingText(), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}
