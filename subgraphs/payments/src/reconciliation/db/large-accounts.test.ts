import { TENANT_POOL_MAX } from '@carriergraph/shared/db/pools.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../../testing/reconciliation-stage.ts'
import { autoResolve } from '../auto-resolve.ts'
import { MATCHED_HERE_MAX } from '../matching/match-apart.ts'
import { whileMatched } from './account-lock.ts'
import { together } from './connections.fixture.ts'
import { amongFew, LARGE_AT_ONCE } from './large-accounts.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const linesOf = (account: string, count: number) =>
  stage.statement(
    Array.from({ length: count }, (_, at) => ({ reference: `${account}-${at}` })),
    { account },
  )

/** Does `meanwhile` while as many large accounts are matched as may be. */
async function whileFewAreMatched(account: string, meanwhile: () => Promise<void>): Promise<void> {
  const isOver = Promise.withResolvers<void>()
  const begun = Array.from({ length: LARGE_AT_ONCE }, () => Promise.withResolvers<void>())
  const matched = begun.map(({ resolve }) =>
    amongFew(stage.db, account, async () => {
      resolve()
      await isOver.promise
    }),
  )
  try {
    await Promise.all(begun.map(({ promise }) => promise))
    await meanwhile()
  } finally {
    isOver.resolve()
    await Promise.all(matched)
  }
}

test('accounts of which much is to be matched wait for each other without connections, and small ones for none', async () => {
  const large = Array.from({ length: TENANT_POOL_MAX }, (_, at) => `LARGE-${at}`)
  for (const account of large) await linesOf(account, MATCHED_HERE_MAX + 1)
  await linesOf(ACCOUNT, MATCHED_HERE_MAX)
  let waiting: Promise<unknown>[] = []
  let begun = 0
  await whileFewAreMatched('LARGE-0', async () => {
    waiting = large.map((account) =>
      whileMatched(stage.db, account, async () => {
        begun += 1
        return ok(account)
      }),
    )
    await together(stage.db, TENANT_POOL_MAX)
    expect(await stage.run()).toMatchObject({ cases: MATCHED_HERE_MAX })
    expect(begun).toBe(0)
  })
  expect(await Promise.all(waiting)).toEqual(large.map(ok))
})

test('much of anything makes an account large: lines, movements or open cases', async () => {
  const count = MATCHED_HERE_MAX + 1
  await linesOf('CASES', count)
  await stage.run(undefined, 'CASES')
  await linesOf('LINES', count)
  await stage.expect(
    Array.from({ length: count }, () => ({})),
    { account: 'MOVEMENTS' },
  )
  const told: string[] = []
  let waiting: Promise<unknown>[] = []
  await whileFewAreMatched('CASES', async () => {
    waiting = ['CASES', 'LINES', 'MOVEMENTS'].map((account) =>
      amongFew(stage.db, account, async () => void told.push(account)),
    )
    waiting.push(autoResolve(stage.db, 'CASES', stage.provenance()).then(() => told.push('resolved')))
    waiting.push(stage.run(undefined, 'LINES').then(() => told.push('reconciled')))
    await amongFew(stage.db, ACCOUNT, async () => void told.push(ACCOUNT))
    await together(stage.db, TENANT_POOL_MAX)
    expect(told).toEqual([ACCOUNT])
  })
  await Promise.all(waiting)
  expect(told.slice(1).toSorted()).toEqual(['CASES', 'LINES', 'MOVEMENTS', 'reconciled', 'resolved'])
})
