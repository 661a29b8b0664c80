// Days of a bank account as they may come, and what people do with its cases.

import { newId } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
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
