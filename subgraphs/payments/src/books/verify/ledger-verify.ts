import type { Clock } from '@carriergraph/shared/clock.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { tenantsWithBooks } from '@carriergraph/shared/ledger/tenants.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { tenantsOnRecord } from '../../db/account-records.ts'
import { readArguments, USAGE, type VerifyArguments } from './arguments.ts'
import { type Findings, faultLines, progressTo, verdictText } from './report.ts'
import { verifyTenant } from './verify-tenant.ts'
import { isAsWitnessed, readWitness, sealAt, type Witness, type WitnessedSeal, writeWitness } from './witness.ts'

export type VerifySurroundings = Surroundings & { readonly clock: Clock }

/** `pnpm ledger:verify`: see USAGE. What was found goes to stdout; progress, faults and failures to stderr. */
export function ledgerVerify(argv: readonly string[], surroundings: VerifySurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, {
    usage: USAGE,
    readArguments,
    run: (options) => verifyTenants(options, surroundings),
  })
}

async function verifyTenants(
  { tenant, witness: file }: VerifyArguments,
  surroundings: VerifySurroundings,
): Promise<ExitCode> {
  const witness: Witness = file === undefined ? new Map() : await readWitness(file)
  // A tenant of the witness whose books are gone is what it is there to notice.
  const known = [...new Set([...(await everyTenant(surroundings)), ...witness.keys()])].sort()
  if (tenant !== undefined && !known.includes(tenant)) {
    surroundings.stderr.write(`The tenant ${tenant} has no books: it has neither accounts nor transfers.\n`)
    return 1
  }
  let isSound = true
  for (const name of tenant === undefined ? known : [tenant]) {
    const { faults, lastSeal } = await verifyAndTell(name, witness.get(name), surroundings)
    if (faults.length > 0) isSound = false
    else if (lastSeal !== undefined) witness.set(name, lastSeal)
  }
  if (file !== undefined) await writeWitness(file, witness)
  return isSound ? 0 : 2
}

/** On connections of its own: however many tenants there are, two pools are open. */
async function verifyAndTell(
  tenant: string,
  seen: WitnessedSeal | undefined,
  surroundings: VerifySurroundings,
): Promise<Findings & { readonly lastSeal: WitnessedSeal | undefined }> {
  const { stdout, stderr, clock } = surroundings
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    const verdict = await verifyTenant(database, { tenant, onProgress: progressTo(stderr, tenant, clock) })
    const db = database.forTenant(tenant)
    const isRewritten = seen !== undefined && !(await isAsWitnessed(db, seen))
    const rewritten = isRewritten ? [{ code: 'SEAL_NOT_AS_WITNESSED', about: `seal ${seen.ordinal}` }] : []
    const findings = { ...verdict, faults: [...verdict.faults, ...rewritten] }
    stdout.write(verdictText(tenant, findings, await trialBalance(db)))
    stderr.write(faultLines(tenant, findings))
    // In a sound chain the seals are numbered from one, so this is the last of those that were looked at.
    return { ...findings, lastSeal: await sealAt(db, BigInt(verdict.seals)) }
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

async function everyTenant(surroundings: VerifySurroundings): Promise<string[]> {
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    return [...(await tenantsWithBooks(database.system)), ...(await tenantsOnRecord(database.system))]
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

const PAYMENTS = { service: 'payments', command: 'ledger-verify', table: 'ledger_transfer' } as const

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
