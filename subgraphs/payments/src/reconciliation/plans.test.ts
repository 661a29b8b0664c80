// What a run costs right after an import, when the planner still takes the tables for small ones: by rows, never by time.

import { openTellingPlans } from '@carriergraph/shared/testing/telling-plans.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { camtDocument, camtStatement } from '../statements/statements.fixture.ts'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  TODAY,
  ZONE,
} from '../testing/reconciliation-stage.ts'
import { runReconciliation } from './run-reconciliation.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const TABLES = ['bank_statement', 'bank_statement_line', 'expected_movement', 'reconciliation_item']
const LINES = 1_000
/** Of one statement, for each line, a few times what it is: read, joined, sorted, put into its item. All with all is thousands. */
const ROWS_OF_A_LINE_MAX = 100

/** What the planner knows is of before the import, and stays so. */
async function knowingLittle(): Promise<void> {
  await stage.statement([{ reference: 'first' }])
  await stage.expect([{ reference: 'first' }])
  await stage.run()
  for (const table of TABLES) {
    await stage.database.sql.system.unsafe(`alter table ${table} set (autovacuum_enabled = off)`)
    await stage.database.sql.system.unsafe(`analyze ${table}`)
  }
}

const references = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ reference: `R${from + at}`, counterparty: `C${at}` }))

test('no statement of a run compares all with all: neither lines that match, nor cases that are looked at again', async () => {
  await knowingLittle()
  await using plans = await openTellingPlans(stage.url)
  const db = plans.database.forTenant('demo')
  const run = async () => {
    plans.planned.length = 0
    const ran = await runReconciliation(db, { account: ACCOUNT, day: TODAY, timeZone: ZONE }, stage.provenance())
    expect(ran).toMatchObject({ ok: true })
    const { length } = plans.planned
    expect(length).toBeGreaterThan(5)
    return plans.planned.filter(({ rows }) => rows > LINES * ROWS_OF_A_LINE_MAX)
  }
  // Half of them match, and half become cases.
  await stage.statement(references(0, LINES))
  await stage.expect(references(LINES / 2, LINES))
  expect(await run()).toEqual([])
  // The same lines again are compared with those in items; and then the counterparts of the cases come.
  await stage.statement(references(0, LINES))
  await stage.expect(references(0, LINES / 2))
  expect(await run()).toEqual([])
  expect(await run()).toEqual([])
})

test('nor lines with all statements, of which the planner believes that there is one', async () => {
  await knowingLittle()
  const others = Array.from({ length: 2 * ROWS_OF_A_LINE_MAX }, (_, at) => camtStatement({ statement: `day ${at}` }))
  await stage.file(camtDocument(others))
  await stage.statement(references(0, LINES))
  await using plans = await openTellingPlans(stage.url)
  for (const cases of [LINES, 0]) {
    const day = { account: ACCOUNT, day: TODAY, timeZone: ZONE }
    const ran = await runReconciliation(plans.database.forTenant('demo'), day, stage.provenance())
    expect(ran).toMatchObject({ ok: true, value: { cases } })
    expect(plans.planned.splice(0).filter(({ rows }) => rows > LINES * ROWS_OF_A_LINE_MAX)).toEqual([])
  }
})
