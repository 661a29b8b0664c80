// Days of a bank account as they may come, and what people do with its cases.

import { newId } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { ReconciliationStage } from '../testing/reconciliation-stage.ts'
import { approveDismissal, rejectDismissal, requestDismissal } from './dismissal.ts'
import { approveWriteOff, rejectWriteOff, requestWriteOff } from './write-off.ts'

const reference = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F')
export const day = fc.integer({ min: 1, max: 20 }).map((at) => `2026-11-${String(at).padStart(2, '0')}`)
const minor = fc.constantFrom(-300n, -200n, 100n, 150n, 200n, 300n)
const written = (minor: bigint) => formatAmount({ minor, currency: 'EUR' })

export const lines = fc.array(
  fc.record({ reference, amount: minor.map(written), day, bankReference: fc.constantFrom('', '', 'x', 'y') }),
  { minLength: 1, maxLength: 5 },
)
export const movements = fc.array(
  fc.record({ reference, amountMinor: minor, expectedOn: day, feeMinor: fc.constantFrom(0n, 0n, 50n) }),
  { minLength: 1, maxLength: 5 },
)
export const end = fc.constantFrom('approve', 'reject', 'ask')
type End = 'approve' | 'reject' | 'ask'

/** The oldest case, where there is one. */
export async function writtenOff({ db, cases, provenance }: ReconciliationStage, end: End): Promise<void> {
  const [caseId] = await cases()
  if (caseId === undefined) return
  const person = () => ({ provenance: provenance(), personId: newId('usr') })
  await requestWriteOff(db, { caseId, reason: 'x' }, person())
  if (end === 'approve') await approveWriteOff(db, { caseId }, person())
  if (end === 'reject') await rejectWriteOff(db, { caseId, reason: 'x' }, person())
}

/** The first line that came again, where there is one: others are refused. */
export async function dismissed({ db, cases, provenance }: ReconciliationStage, end: End): Promise<void> {
  const person = () => ({ provenance: provenance(), personId: newId('usr') })
  for (const caseId of await cases('DUPLICATE')) {
    const asked = await requestDismissal(db, { caseId, reason: 'x' }, person())
    if (!asked.ok) continue
    if (end === 'approve') await approveDismissal(db, { caseId }, person())
    if (end === 'reject') await rejectDismissal(db, { caseId, reason: 'x' }, person())
    return
  }
}

type Sums = {
  readonly bank: bigint
  readonly awaited: bigint
  readonly open: bigint
  readonly fees: bigint
  readonly given: bigint
}

/** What the tables of reconciliation say, from the account's side. */
async function sums({ database }: ReconciliationStage): Promise<Sums> {
  const [row] = await database.sql.system<Record<keyof Sums, string>[]>`
    select
      (select coalesce(sum(amount_minor), 0)::text from bank_statement_line l
        join reconciliation_item i on i.id = l.item_id and i.rule <> 'ALSO_NOTIFIED' and i.resolution is distinct from 'DISMISSED') as bank,
      (select coalesce(sum(amount_minor), 0)::text from expected_movement where item_id is null) as awaited,
      (select coalesce(sum(difference_minor), 0)::text from reconciliation_item
        where state in ('OPEN', 'WRITE_OFF_REQUESTED', 'DISMISSAL_REQUESTED')) as open,
      (select coalesce(sum(fee_minor), 0) - coalesce(sum(difference_minor) filter (where resolution = 'FEE_WITHIN_DECLARED'), 0)
        from reconciliation_item)::text as fees,
      (select coalesce(sum(difference_minor), 0)::text from reconciliation_item where state = 'WRITTEN_OFF') as given`
  if (row === undefined) throw new Error('No row.')
  return {
    bank: BigInt(row.bank),
    awaited: BigInt(row.awaited),
    open: BigInt(row.open),
    fees: BigInt(row.fees),
    given: BigInt(row.given),
  }
}

/** The books say what the tables of reconciliation say, and what they cannot say is in suspense. */
export async function expectBooksOfItems(stage: ReconciliationStage): Promise<void> {
  const found = await sums(stage)
  const balances = await stage.balances()
  // Debits are below zero in the ledger: the bank account, fees and losses are on that side.
  expect(balances.FUNDING ?? 0n).toBe(-(found.bank + found.awaited))
  expect(balances.SUSPENSE ?? 0n).toBe(found.open)
  expect(balances.BANK_FEES ?? 0n).toBe(-found.fees)
  expect(balances.WRITE_OFFS ?? 0n).toBe(found.given)
}
