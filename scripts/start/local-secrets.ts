import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureKeyFile, LOCAL_KEY_FILE } from '@carriergraph/payments/vault/keys/key-file.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { z } from 'zod'
import { SUBGRAPHS, type SubgraphName } from '../subgraphs.ts'
import { databaseVariable } from './installation.ts'
import type { Databases } from './services.ts'

const text = z.string().min(1)
const names = SUBGRAPHS.map(({ name }) => name)

const shape = z.object({
  /** Password of the embedded server's superuser. */
  postgres: text,
  /** Password of the role that owns the event bus' database. */
  bus: text,
  /** Passwords of the roles that own the subgraphs' databases. */
  databases: z.record(z.enum(names), text),
  /** The value of SIGNING_KEYS. */
  signingKeys: text,
})

/** Secrets of a local installation, made once and kept, so that a second start finds its databases. */
export type LocalSecrets = z.output<typeof shape>

const secret = (): string => randomBytes(24).toString('base64url')

/** Reads the secrets in `directory`, or makes them, readable by their owner only. */
export function localSecrets(directory: string): LocalSecrets {
  const file = join(directory, 'secrets.json')
  if (existsSync(file)) return readSecrets(file)
  const secrets: LocalSecrets = {
    postgres: secret(),
    bus: secret(),
    databases: Object.fromEntries(SUBGRAPHS.map(({ name }) => [name, secret()])) as Record<SubgraphName, string>,
    signingKeys: `local:${secret()}`,
  }
  writeWhole(file, secrets)
  return secrets
}

/** The file of the card vault's keys in `directory`, made at the first start for its owner alone. */
export function localVaultKeys(directory: string): { VAULT_KEY_FILE: string } {
  const file = join(directory, LOCAL_KEY_FILE)
  ensureKeyFile(file)
  return { VAULT_KEY_FILE: file }
}

function readSecrets(file: string): LocalSecrets {
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error
    throw new StartupFault(
      `${file} is damaged: put it back from a copy, or remove the folder that it is in to begin anew with empty databases.`,
      { cause: error },
    )
  }
}

/** Tells commands such as usage:ingest where the databases of the running installation are. */
export function writeEnvironment(directory: string, { databaseUrls, eventBusUrl }: Databases): void {
  const urls = SUBGRAPHS.map(({ name }) => [databaseVariable(name), databaseUrls[name]] as const)
  writeWhole(join(directory, 'environment.json'), { ...Object.fromEntries(urls), EVENT_BUS_URL: eventBusUrl })
}

/** Written beside and renamed: a start that is killed in the middle leaves no half file behind. */
function writeWhole(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
