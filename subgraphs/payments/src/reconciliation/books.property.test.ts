// Days of a bank account as they may come: statements late and in any order, expectations late, lines that nobody
// expected, fees, cases that people end. Whatever happens, the books say what the bank says.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  type TestLine,
} from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { day, dismissed, end, expectBooksOfItems, lines, movements, writtenOff } from './days.fixture.ts'

const step = fc.oneof(
  { weight: 3, arbitrary: lines.map((given) => ({ kind: 'statement', lines: given }) as const) },
  { weight: 3, arbitrary: movements.map((given) => ({ kind: 'expect', movements: given }) as const) },
  { weight: 3, arbitrary: day.map((given) => ({ kind: 'run', day: given }) as const) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'auto' } as const, { kind: 'post' } as const) },
  { weight: 1, arbitrary: end.map((given) => ({ kind: 'write off', end: given }) as const) },
  { weight: 4, arbitrary: end.map((given) => ({ kind: 'again', end: given }) as const) },
)

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
          await dismissed(stage, todo.end)
        }
        if (todo.kind === 'expect') await stage.expect(todo.movements)
        if (todo.kind === 'run') await stage.run(todo.day).catch(refusedForNoAccount)
        if (todo.kind === 'auto') await autoResolve(stage.db, ACCOUNT, stage.provenance())
        if (todo.kind === 'post') await stage.post()
        if (todo.kind === 'write off') await writtenOff(stage, todo.end)
      }
      await stage.post()
      await expectBooksOfItems(stage)
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
