import { expect, test } from 'vitest'
import { ACCOUNT, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { accountCall } from './account-call.ts'

test('a call is the same until a statement of the account comes', async () => {
  await using stage = await setReconciliationStage()
  await stage.statement([{ reference: 'A' }])
  const asked = { account: ACCOUNT, day: '2026-11-20' }
  const call = (change = {}, subject = 'ada') => accountCall(stage.db, subject, { ...asked, ...change })
  const before = await call()
  for (const other of [call({ day: '2026-11-21' }), call({ account: 'OTHER' }), call({}, 'bruno')])
    expect(await other).not.toBe(before)
  await stage.statement([{ reference: 'A' }], { account: 'OTHER' })
  expect(await call()).toBe(before)
  await stage.statement([{ reference: 'B' }])
  expect(await call()).not.toBe(before)
})
