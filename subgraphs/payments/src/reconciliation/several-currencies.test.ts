import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'

let stage: ReconciliationStage
beforeAll(async () => {
  stage = await setReconciliationStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('lines of one table are matched each in its own currency', async () => {
  await stage.expect([{ reference: 'A' }, { reference: 'B', currency: 'USD' }, { amountMinor: 3_000n }])
  await stage.statement([
    { reference: 'A', currency: 'USD' },
    { reference: 'A' },
    { reference: 'B', currency: 'USD' },
    { amount: '10.00', currency: 'USD' },
    { amount: '20.00' },
  ])
  const { cases } = await stage.run()
  const rows = await stage.database.sql.system<{ told: string }[]>`
    select concat_ws(' ', i.status, i.currency, i.difference_minor, array_agg(l.currency || l.amount_minor)) as told
    from reconciliation_item i join bank_statement_line l on l.item_id = i.id group by i.tenant_id, i.id order by 1`
  expect({ cases, told: rows.map(({ told }) => told) }).toEqual({
    cases: 3,
    told: [
      'MATCHED EUR 0 {EUR10000}',
      'MATCHED USD 0 {USD10000}',
      'MISSING_INTERNALLY EUR 2000 {EUR2000}',
      'MISSING_INTERNALLY USD 1000 {USD1000}',
      'MISSING_INTERNALLY USD 10000 {USD10000}',
    ],
  })
})
