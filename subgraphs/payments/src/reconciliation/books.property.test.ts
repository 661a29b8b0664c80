// Days of a bank account as they may come: statements late and in any order, expectations late, lines that nobody
// expected, fees, cases that people end. Whatever happens, the books say what the bank says.

import { newId } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  type TestLine,
} from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { approveDismissal, rejectDismissal, requestDismissal } from './dismissal.ts'
import { approveWriteOff, rejectWriteOff, requestWriteOff } from './write-off.ts'

const reference = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F')
const day = fc.integer({ min: 1, max: 20 }).map((at) => `2026-11-${String(at).padStart(2, '0')}`)
const minor = fc.constantFrom(-300n, -200n, 100n, 150n, 200n, 300n)
const written = (minor: bigint) => formatAmount({ minor, currency: 'EUR' })

const lines = fc.array(
  fc.record({ reference, amount: minor.map(written), day, bankReference: fc.constantFrom('', '', 'x', 'y') }),
  { minLength: 1, maxLength: 5 },
)
const movements = fc.array(
  fc.record({ reference, amountMinor: minor, expectedOn: day, feeMinor: fc.constantFrom(0n, 0n, 50n) }),
  { minLength: 1, maxLength: 5 },
)
const end = fc.constantFrom('approve', 'reject', 'ask')
type End = 'approve' | 'reject' | 'ask'
const step = fc.oneof(
  { weight: 3, arbitrary: lines.map((given) => ({ kind: 'statement', lines: given }) as const) },
  { weight: 3, arbitrary: movements.map((given) => ({ kind: 'expect', movements: given }) as const) },
  { weight: 3, arbitrary: day.map((given) => ({ kind: 'run', day: given }) as const) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'auto' } as const, { kind: 'post' } as const) },
  { weight: 1, arbitrary: end.map((given) => ({ kind: 'write off', end: given }) as const) },
  { weight: 4, arbitrary: end.map((given) => ({ kind: 'again', end: given }) as const) },
)

async function writeOff({ db, cases, provenance }: ReconciliationStage, end: End): Promise<void> {
  const [caseId] = await cases()
  if (caseId === undefined) return
  const person = () => ({ provenance: provenance(), personId: newId('usr') })
  await requestWriteOff(db, { caseId, reason: 'x' }, person())
  if (end === 'approve') await approveWriteOff(db, { caseId }, person())
  if (end === 'reject') await rejectWriteOff(db, { caseId, reason: 'x' }, person())
}

/** The first line that came again, where there is one: others are refused. */
async function dismiss({ db, cases, provenance }: ReconciliationStage, end: End): Promise<void> {
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
        join reconciliation_item i on i.id = l.item_id and i.resolution is distinct from 'DISMISSED') as bank,
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

/** Each line and each movement is in one item at the most that is not done with, and says so of itself. */
async function expectOneItemEach({ database }: ReconciliationStage): Promise<void> {
  const wrong = await database.sql.system`
    with member as (
      select i.id as item, unnest(line_ids) as id from reconciliation_item i
        where state <> 'RESOLVED' or resolution in ('FEE_WITHIN_DECLARED', 'ALREADY_TOLD', 'DISMISSED')
      union all
      select i.id, unnest(expected_ids) from reconciliation_item i
        where state <> 'RESOLVED' or resolution in ('FEE_WITHIN_DECLARED', 'ALREADY_TOLD', 'DISMISSED')),
    placed as (select id, item_id from bank_statement_line union all select id, item_id from expected_movement)
    select p.id from placed p left join member m using (id) group by p.id, p.item_id
    having count(m.item) <> (case when p.item_id is null then 0 else 1 end) or min(m.item::text) <> p.item_id::text`
  expect([...wrong]).toEqual([])
}

/** Whatever is dismissed, one line stands that says the same. */
async function expectOneLineEach({ database }: ReconciliationStage): Promise<void> {
  const wrong = await database.sql.system`
    with told as (
      select "references", amount_minor, i.resolution is not distinct from 'DISMISSED' as is_dismissed
      from bank_statement_line l left join reconciliation_item i on i.id = l.item_id)
    select "references" from told group by "references", amount_minor having bool_and(is_dismissed)`
  expect([...wrong]).toEqual([])
}

test('the books say what the bank says, whatever comes when, and what they cannot say is in suspense', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      await using stage = await setReconciliationStage()
      let last: readonly TestLine[] = []
      for (const todo of steps) {
        if (todo.kind === 'statement') last = todo.lines
        const comes = todo.kind === 'statement' || todo.kind === 'again'
        if (comes && last.length > 0) await stage.statement(last)
        if (todo.kind === 'again') {
          await stage.run('2026-11-20').catch(refusedForNoAccount)
          await dismiss(stage, todo.end)
        }
        if (todo.kind === 'run') await stage.run(todo.day).catch(refusedForNoAccount)
        if (todo.kind === 'auto') await autoResolve(stage.db, ACCOUNT, stage.provenance())
        if (todo.kind === 'post') await stage.post()
        if (todo.kind === 'write off') await writeOff(stage, todo.end)
      }
      await stage.post()
      const found = await sums(stage)
      const balances = await stage.balances()
      // Debits are below zero in the ledger: the bank account, fees and losses are on that side.
      expect(balances.FUNDING ?? 0n).toBe(-(found.bank + found.awaited))
      expect(balances.SUSPENSE ?? 0n).toBe(found.open)
      expect(balances.BANK_FEES ?? 0n).toBe(-found.fees)
      expect(balances.WRITE_OFFS ?? 0n).toBe(found.given)
      await expectOneItemEach(stage)
      await expectOneLineEach(stage)
      await stage.expectSoundBooks()
    }),
    { numRuns: 25 },
  )
})

function refusedForNoAccount(error: unknown): void {
  if (!String(error).includes('ACCOUNT_NOT_FOUND')) throw error
}
