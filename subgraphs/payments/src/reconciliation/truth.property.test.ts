// What a bank account really was moved by, told by notifications and statements in any order, with runs between and people who
// dismiss whatever they are let: what a closing balance counts stays in the books.

import { newId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { expectBooksOfItems } from './days.fixture.ts'
import { approveDismissal, rejectDismissal, requestDismissal } from './dismissal.ts'
import { dayOf, entries, fileOf, message } from './truth.fixture.ts'

const step = fc.record({
  message,
  isRun: fc.constantFrom(true, true, true, false),
  dismissed: fc.constantFrom('none', 'one', 'asked', 'all'),
  from: fc.nat(5),
})

/** Whatever goes, from one of the cases on: the first, which may only be asked for, or all. */
async function dismiss(
  { db, cases, provenance }: ReconciliationStage,
  { dismissed, from }: { dismissed: string; from: number },
): Promise<void> {
  const person = () => ({ provenance: provenance(), personId: newId('usr') })
  const open = await cases()
  for (const caseId of [...open.slice(from), ...open.slice(0, from)]) {
    if (!(await requestDismissal(db, { caseId, reason: 'x' }, person())).ok) continue
    if (dismissed === 'asked') return
    const ended = await approveDismissal(db, { caseId }, person())
    if (!ended.ok) await rejectDismissal(db, { caseId, reason: 'x' }, person())
    if (dismissed === 'one') return
  }
}

/** By reference and sign: of the statements that runs have seen, no one counts more than what stands in the books. */
async function expectNothingLost({ database }: ReconciliationStage): Promise<void> {
  const lost = await database.sql.system`
    with line as (
      select coalesce(l.bank_reference, concat_ws(' ', l.lookup, l.booked_on, l.amount_minor)) as reference,
        sign(l.amount_minor) as sign, abs(l.amount_minor) as minor, l.import_id, s.is_notification,
        i.rule <> 'ALSO_NOTIFIED' and i.resolution is distinct from 'DISMISSED' as stands
      from bank_statement_line l
      join bank_statement s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
      join reconciliation_item i on i.id = l.item_id),
    counted as (
      select reference, sign, import_id, sum(minor) as minor from line where not is_notification group by 1, 2, 3),
    standing as (select reference, sign, coalesce(sum(minor) filter (where stands), 0) as minor from line group by 1, 2)
    select reference, sign, max(counted.minor) as counted, standing.minor as stands
    from counted join standing using (reference, sign) group by 1, 2, 4 having max(counted.minor) > standing.minor`
  expect([...lost]).toEqual([])
}

test('what a statement counts stays in the books, whatever is told how often, and whoever dismisses what', async () => {
  const last = { isRun: true, dismissed: 'all', from: 0 }
  const all = { kind: 'statement', span: { day: 2, part: 'all' }, isWhole: false } as const
  await fc.assert(
    fc.asyncProperty(entries, fc.array(step, { minLength: 2, maxLength: 7 }), async (truth, steps) => {
      await using stage = await setReconciliationStage()
      for (const entry of truth.filter(({ isExpected }) => isExpected))
        await stage.expect([{ reference: entry.party, amountMinor: entry.minor[0] ?? 0n, expectedOn: dayOf(entry) }])
      for (const [at, { message, ...then }] of [...steps, { message: all, ...last }].entries()) {
        await stage.file(fileOf(truth, message, `M-${at}`))
        if (then.isRun) await stage.run()
        await autoResolve(stage.db, ACCOUNT, stage.provenance())
        await expectNothingLost(stage)
        if (then.dismissed !== 'none') await dismiss(stage, then)
        await expectNothingLost(stage)
      }
      await stage.run()
      await expectNothingLost(stage)
      await stage.post()
      await expectBooksOfItems(stage)
      await stage.expectSoundBooks()
    }),
    { numRuns: 25 },
  )
})
