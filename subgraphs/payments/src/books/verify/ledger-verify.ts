import type { Clock } from '@carriergraph/shared/clock.ts'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { tenantsWithBooks } from '@carriergraph/shared/ledger/tenants.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { readArguments, USAGE } from './arguments.ts'
import { faultLines, progressTo, verdictText } from './report.ts'
import { verifyTenant } from './verify-tenant.ts'

export type VerifySurroundings = Surroundings & { readonly clock: Clock }

/** 0: all books are sound; 2: some are not; 1: they could not be looked at. */
type ExitCode = 0 | 1 | 2

/** `pnpm ledger:verify`: see USAGE. What was found goes to stdout; progress, faults and failures to stderr. */
export async function ledgerVerify(argv: readonly string[], surroundings: VerifySurroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const read = readArguments(argv)
  if (!read.ok) {
    stderr.write(`${read.message}\n\n${USAGE}`)
    return 1
  }
  if (read.value === 'help') {
    stdout.write(USAGE)
    return 0
  }
  try {
    const { tenant } = read.value
    const withBooks = await everyTenant(surroundings)
    if (tenant !== undefined && !withBooks.includes(tenant)) {
      stderr.write(`The tenant ${tenant} has no books: it has neither accounts nor transfers.\n`)
      return 1
    }
    let isSound = true
    for (const name of tenant === undefined ? withBooks : [tenant])
      isSound = (await verifyAndTell(name, surroundings)) && isSound
    return isSound ? 0 : 2
  } catch (error) {
    stderr.write(`${faultText(error)}\n`)
    return 1
  }
}

/** On connections of its own: however many tenants there are, two pools are open. */
async function verifyAndTell(tenant: string, surroundings: VerifySurroundings): Promise<boolean> {
  const { stdout, stderr, clock } = surroundings
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    const verdict = await verifyTenant(database, { tenant, onProgress: progressTo(stderr, tenant, clock) })
    stdout.write(verdictText(tenant, verdict, await trialBalance(database.forTenant(tenant))))
    stderr.write(faultLines(tenant, verdict))
    return verdict.faults.length === 0
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

async function everyTenant(surroundings: VerifySurroundings): Promise<string[]> {
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    return await tenantsWithBooks(database.system)
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

const PAYMENTS = { service: 'payments', command: 'ledger-verify', table: 'ledger_transfer' } as const

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
