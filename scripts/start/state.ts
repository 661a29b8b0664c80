import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUBGRAPHS, type SubgraphName } from '../subgraphs.ts'
import { databaseVariable } from './installation.ts'
import type { Databases } from './services.ts'

/** Secrets of a local installation, made once and kept, so that a second start finds its databases. */
export interface LocalSecrets {
  /** Password of the embedded server's superuser. */
  postgres: string
  /** Password of the role that owns the event bus' database. */
  bus: string
  /** Passwords of the roles that own the subgraphs' databases. */
  databases: Record<SubgraphName, string>
  /** The value of SIGNING_KEYS. */
  signingKeys: string
}

const secret = (): string => randomBytes(24).toString('base64url')

/** Reads the secrets in `directory`, or makes them, readable by their owner only. */
export function localSecrets(directory: string): LocalSecrets {
  const file = join(directory, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets
  const secrets: LocalSecrets = {
    postgres: secret(),
    bus: secret(),
    databases: Object.fromEntries(SUBGRAPHS.map(({ name }) => [name, secret()])) as Record<SubgraphName, string>,
    signingKeys: `local:${secret()}`,
  }
  writeWhole(file, secrets)
  return secrets
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
