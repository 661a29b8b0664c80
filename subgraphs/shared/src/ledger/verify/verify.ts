import type { Database } from '../../db/pools.ts'
import { walkAccounts } from './accounts.ts'
import { FaultList, type LedgerFault } from './fault.ts'
import { walkHolds } from './holds.ts'
import { walkSeals } from './seals.ts'
import { walkTransfers } from './transfers.ts'
import { STEP_ROWS_MAX, type VerifyTx, type Walk } from './walk.ts'

export type LedgerVerdict = {
  readonly accounts: number
  /** Decided ones, refusals included. */
  readonly transfers: number
  readonly entries: number
  readonly seals: number
  /** None where the books are sound; of each code no more than FAULTS_SHOWN_MAX. */
  readonly faults: readonly LedgerFault[]
}

export type VerifyOptions = {
  /** Whose books; those of all together where it is undefined. */
  readonly tenant?: string
  readonly stepRows?: number
  /** Called after each step with what is being looked at and how many rows of it were. */
  readonly onProgress?: (progress: VerifyProgress) => void
}

export type VerifyProgress = {
  readonly of: 'holds' | 'accounts' | 'transfers' | 'entries' | 'seals'
  readonly done: number
}

/**
 * Computes every balance anew from the entries, and names what does not agree, as of one moment: in one transaction that
 * sees what was there when it began, in steps. Reads the whole ledger; postings go on meanwhile.
 */
export async function verifyLedger(
  { sql }: Pick<Database, 'sql'>,
  options: VerifyOptions = {},
): Promise<LedgerVerdict> {
  const connections = options.tenant === undefined ? sql.system : sql.forTenant(options.tenant)
  const list = new FaultList()
  const counted = await connections.begin('isolation level repeatable read read only', async (tx) => {
    // All steps together take as long as they take: it writes nothing, and holds up nobody.
    await tx.unsafe('set local transaction_timeout = 0')
    return walkBooks(tx, list, options)
  })
  // What is sealed never changes, so the chain needs no moment; and it is read as it was made, across tenants.
  const seals = await walkSeals(sql.system, list, options)
  return { ...counted, seals, faults: list.faults }
}

/** The same within a transaction of the caller's that sees every tenant, of what it sees. */
export async function readVerdict(tx: VerifyTx, options: VerifyOptions = {}): Promise<LedgerVerdict> {
  const list = new FaultList()
  const counted = await walkBooks(tx, list, options)
  const seals = await walkSeals(tx, list, options)
  return { ...counted, seals, faults: list.faults }
}

async function walkBooks(
  tx: VerifyTx,
  list: FaultList,
  { stepRows = STEP_ROWS_MAX, onProgress }: VerifyOptions,
): Promise<Pick<LedgerVerdict, 'accounts' | 'transfers' | 'entries'>> {
  // A plan that was made while the tables were small reads the whole of them for every step.
  await tx.unsafe('set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan').simple()
  const counting = (of: VerifyProgress['of']) => {
    let done = 0
    return (rows: number) => {
      done += rows
      onProgress?.({ of, done })
    }
  }
  const walk = (of: VerifyProgress['of']): Walk => ({ tx, stepRows, list, onStep: counting(of) })
  const held = await walkHolds(walk('holds'))
  const { accounts, entries } = await walkAccounts({ ...walk('accounts'), onEntries: counting('entries') }, held)
  const transfers = await walkTransfers(walk('transfers'))
  return { accounts, transfers, entries }
}
