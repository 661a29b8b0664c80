import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silent } from '../../testing/payments-database.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage, TODAY } from '../../testing/reconciliation-stage.ts'
import { autoResolve } from '../auto-resolve.ts'
import { matchByHand } from '../match-by-hand.ts'
import { matchOpen, runReconciliation } from '../run-reconciliation.ts'
import { approveWriteOff, rejectWriteOff, requestWriteOff } from '../write-off.ts'
import { allowMatchingTime, lockReconciledAccount } from './account-lock.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

test('what somebody else has for longer than a statement waits is refused by a name, and nothing is changed', async () => {
  await stage.statement([{ reference: 'X' }])
  await stage.run()
  const [caseId = newId('rci')] = await stage.cases()
  const before = await stage.items()
  const provenance = stage.provenance()
  const person = { provenance, personId: newId('usr') }
  const refused = await inTransaction(stage.database.forTenant('demo'), async (tx) => {
    await lockReconciledAccount(tx, ACCOUNT)
    await allowMatchingTime(tx)
    return Promise.all([
      runReconciliation(stage.db, { account: ACCOUNT, day: TODAY }, provenance),
      autoResolve(stage.db, ACCOUNT, provenance),
      matchByHand(stage.db, { caseIds: [caseId], movementIds: [] }, provenance),
      requestWriteOff(stage.db, { caseId, reason: 'gone' }, person),
      approveWriteOff(stage.db, { caseId }, person),
      rejectWriteOff(stage.db, { caseId, reason: 'not so' }, person),
    ])
  })
  expect(refused.map((outcome) => (outcome.ok ? 'done' : outcome.code))).toEqual(Array(6).fill('ACCOUNT_BUSY'))
  expect(await stage.items()).toEqual(before)
})

test('a transaction that matches has that time, and is not ended when the time of others is over', async () => {
  // Its time was to end while the server sleeps; the time that it is allowed begins anew.
  const patient = new URL(stage.url)
  patient.searchParams.set('transaction_timeout', '5s')
  const database = openDatabase({ url: patient.href, applicationName: 'test', log: silent })
  const slept = await inTransaction(database.forTenant('demo'), async (tx) => {
    await allowMatchingTime(tx)
    return tx.execute(sql`select pg_sleep(5.5)`)
  })
  expect(slept).toHaveLength(1)
  await database.close({ timeout_s: 1 })
})

test('a transaction that matches may be idle for as long as a large day takes, and no other may', async () => {
  await stage.statement([{}])
  const limits = sql<{
    idle: string
    all: string
  }>`select current_setting('idle_in_transaction_session_timeout') as idle,
    current_setting('transaction_timeout') as all`
  const within = await inTransaction(stage.db, async (tx) => {
    await matchOpen(tx, ACCOUNT, TODAY)
    return [...(await tx.execute(limits))]
  })
  expect(within).toEqual([{ idle: '2min', all: '5min' }])
  const after = await inTransaction(stage.db, async (tx) => [...(await tx.execute(limits))])
  expect(after).toEqual([{ idle: '10s', all: '30s' }])
})
