import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { ConfigError } from '@carriergraph/shared/config.ts'
import { tenantsOfVault } from '../../db/vault-status.ts'
import type { TenantVault } from '../data-keys.ts'
import { LOCAL_KEY_FILE } from '../keys/key-file.ts'
import type { KeyProvider } from '../keys/key-provider.ts'
import { keyProviderFrom } from '../keys/key-source.ts'
import { ACTIONS } from './actions.ts'
import { readArguments, USAGE, type VaultArguments } from './arguments.ts'
import { VaultCommandFault } from './fault.ts'

export type VaultSurroundings = Surroundings & {
  readonly clock: Clock
  /** Aborted when the run shall end after the batch in hand. */
  readonly signal?: AbortSignal
}

/** `pnpm vault:keys`: see USAGE. Results go to stdout; progress, what cannot be read and faults to stderr. */
export function vaultKeys(argv: readonly string[], surroundings: VaultSurroundings): Promise<ExitCode> {
  const run = async (options: VaultArguments) => ((await act(options, surroundings)) ? 0 : 2)
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run })
}

/** Each tenant in turn, on connections of its own: however many there are, two pools are open. @returns whether all is well */
async function act(
  { action, tenant, batchSize, force }: VaultArguments,
  surroundings: VaultSurroundings,
): Promise<boolean> {
  const { clock, signal, stdout, stderr } = surroundings
  const keys = readKeys(surroundings)
  const tenants = tenant === undefined ? await everyTenant(surroundings) : [tenant]
  if (tenants.length === 0)
    stdout.write('No tenant has a data key yet: the first card or webhook endpoint makes one.\n')
  let isWell = true
  for (const name of tenants) {
    const database = await openServiceDatabase(PAYMENTS, surroundings)
    try {
      const vault: TenantVault = { tenant: name, db: database.forTenant(name), keys }
      const provenance = { actor: 'svc:vault-keys', correlationId: randomUUID(), now: clock() }
      isWell = (await ACTIONS[action](vault, { provenance, batchSize, force, signal, stdout, stderr })) && isWell
    } finally {
      await database.close({ timeout_s: CLOSE_TIMEOUT_S })
    }
    if (signal?.aborted) throw new VaultCommandFault('INTERRUPTED', 'The run was interrupted.')
  }
  return isWell
}

async function everyTenant(surroundings: VaultSurroundings): Promise<string[]> {
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    return await tenantsOfVault(database.system)
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

/** The keys of the environment, or those of the local `pnpm start`. */
function readKeys({ env, environmentFile }: VaultSurroundings): KeyProvider {
  const { VAULT_KEY, VAULT_KEY_FILE } = env
  const local = join(dirname(environmentFile), LOCAL_KEY_FILE)
  try {
    if (VAULT_KEY || VAULT_KEY_FILE || !existsSync(local))
      return keyProviderFrom({ VAULT_KEY: VAULT_KEY || undefined, VAULT_KEY_FILE: VAULT_KEY_FILE || undefined })
    return keyProviderFrom({ VAULT_KEY_FILE: local })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new VaultCommandFault('KEYS_UNUSABLE', error.faults.join('; '), { cause: error })
  }
}

const PAYMENTS = { service: 'payments', command: 'vault-keys', table: 'card' } as const

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
