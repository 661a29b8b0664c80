import { outageIn } from '@carriergraph/shared/db/outage.ts'
import { openDatabase, TENANT_POOL_MAX, type TenantDb, type Tx } from '@carriergraph/shared/db/pools.ts'
import { postgresErrorBehind } from '@carriergraph/shared/db/sql-error.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import type { Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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
import { ASK_AGAIN_MS, allowMatchingTime, PATIENCE_MS, whileReconciled } from './account-lock.ts'
import { WAITING_MAX } from './account-turns.ts'
import { together } from './connections.fixture.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** Time that passes by hand. */
function timeByHand() {
  const timers = new Map<() => void, number>()
  let now_ms = 0
  const schedule: Schedule = (run, after_ms) => {
    timers.set(run, now_ms + after_ms)
    return () => timers.delete(run)
  }
  return {
    schedule,
    timers,
    pass(duration_ms: number): void {
      now_ms += duration_ms
      const due = [...timers].filter(([, at_ms]) => at_ms <= now_ms)
      for (const [run] of due) timers.delete(run)
      for (const [run] of due) run()
    },
  }
}

const never: Schedule = () => () => undefined

const codeOf = (outcome: Outcome<unknown, string>) => (outcome.ok ? 'done' : outcome.code)

/** Does `meanwhile` while somebody reconciles the account. */
async function whileSomebodyHasIt(db: TenantDb, meanwhile: () => Promise<void>): Promise<void> {
  const [begun, isOver] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const reconciled = whileReconciled(db, [ACCOUNT], async () => {
    begun.resolve()
    await isOver.promise
    return ok(undefined)
  })
  try {
    await Promise.race([begun.promise, reconciled])
    await meanwhile()
  } finally {
    isOver.resolve()
    await reconciled
  }
}

test('many who wait for one account hold no connection, and are refused by a name when their patience ends', async () => {
  const { db } = stage
  const time = timeByHand()
  let begun = 0
  let later: Promise<unknown> | undefined
  const wait = () =>
    whileReconciled(
      db,
      [ACCOUNT],
      async () => {
        begun += 1
        return ok(undefined)
      },
      time,
    )
  await whileSomebodyHasIt(db, async () => {
    const waiting = Array.from({ length: 3 * TENANT_POOL_MAX }, wait)
    await together(db, TENANT_POOL_MAX - 1)
    time.pass(PATIENCE_MS - 1)
    later = wait()
    time.pass(1)
    expect((await Promise.all(waiting)).map(codeOf)).toEqual(waiting.map(() => 'ACCOUNT_BUSY'))
    expect(begun).toBe(0)
  })
  expect(await later).toEqual(ok(undefined))
})

test('those who wait for an account are let in one at a time, in the order of asking, also behind one that fails', async () => {
  const told: string[] = []
  const work = async (name: string) => {
    told.push(`begin ${name}`)
    await stage.db.execute(sql`select 1`)
    told.push(`end ${name}`)
    if (name === 'b') throw new Error('of its own')
    return ok(name)
  }
  const wanted = [
    ['a', [ACCOUNT, 'OTHER']],
    ['b', ['OTHER', ACCOUNT]],
    ['c', [ACCOUNT]],
    ['d', [ACCOUNT, ACCOUNT]],
  ] as const
  const ended = await Promise.allSettled(
    wanted.map(([name, accounts]) => whileReconciled(stage.db, accounts, () => work(name), { schedule: never })),
  )
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(told).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [`begin ${name}`, `end ${name}`]))
})

test('what another process has is asked for again without a connection between, until it is free or patience ends', async () => {
  const other = openDatabase({ url: stage.url, applicationName: 'other-process', log: silent })
  const time = timeByHand()
  const want = () => whileReconciled(stage.db, [ACCOUNT], async () => ok(undefined), time)
  /** Its patience, and when it asks again. */
  const hasAsked = () => vi.waitFor(() => expect(time.timers.size).toBe(2), { timeout: 60_000, interval: 5 })
  let waiting: ReturnType<typeof want> | undefined
  await whileSomebodyHasIt(other.forTenant('demo'), async () => {
    const refused = want()
    await hasAsked()
    await together(stage.db, TENANT_POOL_MAX)
    time.pass(ASK_AGAIN_MS)
    await hasAsked()
    time.pass(PATIENCE_MS)
    expect(codeOf(await refused)).toBe('ACCOUNT_BUSY')
    waiting = want()
    await hasAsked()
  })
  time.pass(ASK_AGAIN_MS)
  expect(await waiting).toEqual(ok(undefined))
  await other.close({ timeout_s: 1 })
})

test('whatever changes cases of an account that many wait for is refused by a name at once, and nothing is changed', async () => {
  await stage.statement([{ reference: 'X' }])
  await stage.run()
  const [caseId = newId('rci')] = await stage.cases()
  const before = await stage.items()
  const provenance = stage.provenance()
  const person = { provenance, personId: newId('usr') }
  const { db } = stage
  let waiting: Promise<unknown>[] = []
  await whileSomebodyHasIt(db, async () => {
    waiting = Array.from({ length: WAITING_MAX }, () =>
      whileReconciled(db, [ACCOUNT], async () => ok(undefined), { schedule: never }),
    )
    const refused = await Promise.all([
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
    expect(refused.map(codeOf)).toEqual(Array(9).fill('ACCOUNT_BUSY'))
  })
  await Promise.all(waiting)
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
