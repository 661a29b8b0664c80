import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'
import { insertList } from './db/import.ts'
import { comparisonsKept } from './kept-comparisons.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a list that comes into force between its version and the comparison is the one that is told', async () => {
  const name = 'Ostin Karim Veldrox'
  const { compare, find } = comparisonsKept()
  const patient = openPatiently(stage.database.url)
  const started = await inTransaction(stage.db, async (tx) => {
    // Comparing waits for this, and looking for the version does not.
    await tx.execute(sql`lock table sanctions_key in access exclusive mode`)
    const comparing = compare(patient.forTenant('demo'), [name])
    await waitersOf(stage.database, 1)
    const counted = { digest: 'd'.repeat(64), entryCount: 1, nameCount: 1 }
    await insertList(tx, { version: 2, ...counted, importedBy: 'it', importedAt: START })
    return { comparing }
  })
  await started.comparing
  const { version, matchesOf } = await find(stage.db, [name])
  expect([version, matchesOf(name)]).toEqual([2, []])
  await patient.close({ timeout_s: 1 })
})
