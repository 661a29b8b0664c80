import {
  batchOption,
  parseArguments,
  type ReadArguments,
  tenantOption,
} from '@carriergraph/shared/command/arguments.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import { REENCRYPT_BATCH_MAX } from '../reencrypt.ts'

const ACTIONS = ['status', 'rewrap', 'rotate', 'reencrypt'] as const

/** What `pnpm vault:keys` was told to do. */
export type VaultArguments = {
  readonly action: (typeof ACTIONS)[number]
  /** Every tenant with a data key where it is undefined. */
  readonly tenant: string | undefined
  readonly batchSize: number
  /** Of `rotate`. */
  readonly force: boolean
}

export const USAGE = `Rotates the keys of the card vault.

  pnpm vault:keys status|rewrap|rotate|reencrypt [--tenant NAME] [--batch 100] [--force]

  status     the data keys of each tenant, what they are under, and how many cards and webhook secrets are under them
  rewrap     puts every data key under the wrapping key in use
  rotate     gives each tenant a new data key; cards that are added from now on are under it. Where the active one
             cannot be opened it is refused: --force is for a wrapping key that is lost
  reencrypt  puts every card and every webhook secret under its tenant's newest data key, and cards under the
             lookup key in use

It may be killed at any point and run again: it goes on with what is left. Exit code 0: all is done; 2: some keys or cards
cannot be read, and stay as they are, or an owner has a card twice; 1: it failed.
`

const OPTIONS = {
  tenant: { type: 'string' },
  batch: { type: 'string', default: '100' },
  force: { type: 'boolean', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<VaultArguments> {
  const parsed = parseArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { values, positionals } = parsed.value
  const action = ACTIONS.find((known) => known === positionals[0])
  if (action === undefined || positionals.length > 1) return refuse('USAGE', `Name one of ${ACTIONS.join(', ')}.`)
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  const batchSize = batchOption(values.batch, REENCRYPT_BATCH_MAX)
  if (!batchSize.ok) return batchSize
  if (values.force && action !== 'rotate') return refuse('USAGE', '--force is for rotate.')
  return ok({ action, tenant: tenant.value, batchSize: batchSize.value, force: values.force })
}
