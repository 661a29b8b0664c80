import { outageIn } from '@carriergraph/shared/db/outage.ts'
import { openDatabase, type Tx } from '@carriergraph/shared/db/pools.ts'
import { postgresErrorBehind } from '@carriergraph/shared/db/sql-error.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silent } from '../../testing/payments-database.ts'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  TODAY,
  ZONE,
} from '../../testing/reconciliation-stage.ts'
import { autoResolve } from '../auto-resolve.ts'
import { approveDismissal, rejectDismissal, requestDismissal } from '../dismissal.ts'
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
  // Nothing else has a lock on anything.
  const hurried = new URL(stage.url)
  hurried.searchParams.set('lock_timeout', '200ms')
  const database = openDatabase({ url: hurried.href, applicationName: 'hurried', log: silent })
  const db = database.forTenant('demo')
  const refused = await inTransaction(stage.database.forTenant('demo'), async (tx) => {
    await lockReconciledAccount(tx, ACCOUNT)
    await allowMatchingTime(tx)
    return Promise.all([
      runReconciliation(db, { account: ACCOUNT, day: TODAY, timeZone: ZONE }, provenance),
      autoResolve(db, ACCOUNT, provenance),
      matchByHand(db, { caseIds: [caseId], movementIds: [] }, provenance),
      requestWriteOff(db, { caseId, reason: 'gone' }, person),
      approveWriteOff(db, { caseId }, person),
      rejectWriteOff(db, { caseId, reason: 'not so' }, person),
      requestDismissal(db, { caseId, reason: 'told again' }, person),
      approveDismissal(db, { caseId }, person),
      rejectDismissal(db, { caseId, reason: 'not so' }, person),
    ])
  })
  await database.close({ timeout_s: 1 })
  expect(refused.map((outcome) => (outcome.ok ? 'done' : outcome.code))).toEqual(Array(9).fill('ACCOUNT_BUSY'))
  expect(await stage.items()).toEqual(before)
})

test('the time that a transaction may match counts from then on, and the time of others does not any more', async () => {
  const sleepIn = async (tx: Tx) => {
    await allowMatchingTime(tx, { run: '20ms' })
    await tx.execute(sql`select pg_sleep(60)`)
  }
  let ended: unknown
  const slept = inTransaction(stage.database.forTenant('demo'), (tx) =>
    sleepIn(tx).catch((error: unknown) => {
      ended = error
      throw error
    }),
  )
  await expect(slept).rejects.toThrow()
  // By the server. A timer that ran before and was only shown another value would let it sleep for as long as the client waits
  // for an answer.
  const how = postgresErrorBehind(ended)?.code ?? outageIn(ended)
  expect(how).toBeDefined()
  expect(how).not.toContain('ANSWER_TIMEOUT')
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
