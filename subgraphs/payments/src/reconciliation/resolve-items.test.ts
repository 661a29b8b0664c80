import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const postings = () => stage.database.sql.system`select kind, state from reconciliation_posting order by kind`

test('a case that ends has released what is in suspense for it, and nothing where nothing ever was', async () => {
  await stage.statement([{ reference: 'A' }, { reference: 'B', amount: '70.00' }])
  await stage.run()
  await stage.database.sql.system`delete from reconciliation_posting where amount_minor = 7000`
  await stage.expect([{ reference: 'A' }, { reference: 'B', amountMinor: 7_000n }])
  await stage.run()
  expect(await stage.items()).toEqual([
    'MATCHED SETTLED 1/1 0',
    'MATCHED SETTLED 1/1 0',
    'MISSING_INTERNALLY RESOLVED 1/0 10000 LATE_COUNTERPART',
    'MISSING_INTERNALLY RESOLVED 1/0 7000 LATE_COUNTERPART',
  ])
  expect(await stage.post()).toBe(2)
  expect([...(await postings())]).toEqual([
    { kind: 'RELEASE', state: 'POSTED' },
    { kind: 'SUSPENSE', state: 'POSTED' },
  ])
})
