// A table without references beside a statement that counts the same movements in its balances.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { approveDismissal } from './dismissal.ts'
import { BRUNO, type Dismissals, dismissalsOn } from './dismissals.fixture.ts'

const PAYER = 'FR1420041010050500013M02606'
const DAY = '2026-03-02'

let stage: ReconciliationStage
let on: Dismissals
beforeEach(async () => {
  stage = await setReconciliationStage()
  on = dismissalsOn(stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

/** A statement from nothing with entries of 100.00. */
const stated = (...references: string[]) =>
  stage.file(
    camt({
      opening: '0.00',
      closing: `${references.length * 100}.00`,
      entries: references.map((reference) =>
        ntry('100.00', {
          more: `<AcctSvcrRef>B-${reference}</AcctSvcrRef>`,
          details: `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><RltdPties><DbtrAcct><Id><IBAN>${PAYER}</IBAN></Id></DbtrAcct></RltdPties></TxDtls>`,
        }),
      ),
    }),
  )
/** What may be dismissed of the cases is. @returns whether each was */
async function dismissAll(): Promise<string[]> {
  const answers: string[] = []
  for (const caseId of await stage.cases('MISSING_INTERNALLY')) {
    const asked = await on.request(caseId)
    if (asked.ok) await approveDismissal(stage.db, { caseId }, on.by(BRUNO))
    answers.push(asked.ok ? 'ok' : asked.code)
  }
  return answers
}

test.each([
  ['before the table', [true, false]],
  ['after it', [false, true]],
])('what a statement counts %s came once', async (_, order) => {
  await stage.expect([{ reference: 'RENT-7', expectedOn: DAY, counterparty: PAYER, amountMinor: 10_000n }])
  for (const isStatement of order) {
    await (isStatement ? stated('RENT-7') : stage.statement([{ day: DAY, amount: '100.00' }]))
    if (isStatement) await stage.run()
  }
  await stage.run()
  expect(await dismissAll()).toEqual(['ok'])
  await stage.run()
  await stage.post()
  expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
  await stage.expectSoundBooks()
})

test.each<[string, string[], { amount?: string; day?: string; counterparty?: string }[], number]>([
  ['no more than the statement counts', ['RENT-7'], [{}, {}], 1],
  ['each that the statement counts', ['RENT-7', 'RENT-8'], [{}, {}], 2],
  ['nothing of another amount', ['RENT-7'], [{ amount: '99.99' }], 0],
  ['nothing of another day', ['RENT-7'], [{ day: '2026-03-03' }], 0],
  ['nothing of another account', ['RENT-7'], [{ counterparty: 'DE02120300000000202051' }], 0],
  ['what has the account as well', ['RENT-7'], [{ counterparty: PAYER }], 1],
])('of the table goes %s', async (_, references, table, gone) => {
  await stage.expect(references.map((reference) => ({ reference, expectedOn: DAY })))
  await stated(...references)
  await stage.run()
  await stage.statement(table.map((line) => ({ day: DAY, ...line })))
  await stage.run()
  const answers = await dismissAll()
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(gone)
  expect(answers.filter((answer) => answer === 'CASE_NOT_REPEATED')).toHaveLength(table.length - gone)
})

test('what the statement counts does not go for the table', async () => {
  await stage.statement([{ day: DAY }])
  await stage.run()
  await stated('RENT-7')
  await stage.run()
  expect((await dismissAll()).toSorted()).toEqual(['CASE_NOT_REPEATED', 'ok'])
  await stage.post()
  expect(await stage.balances()).toEqual({ FUNDING: -10_000n, SUSPENSE: 10_000n })
})
