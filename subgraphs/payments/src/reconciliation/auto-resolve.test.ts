import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

describe('by itself', () => {
  const resolve = () => autoResolve(stage.db, ACCOUNT, stage.provenance())

  test('resolves what needs no judgement, and nothing else', async () => {
    const late = { expectedOn: '2026-11-01' }
    const entry = ntry('7.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
    await stage.expect([
      { reference: 'FEE', feeMinor: 50n },
      { reference: 'ABOVE', feeMinor: 50n },
      { reference: 'MORE', feeMinor: 50n },
      { reference: 'GONE', amountMinor: 1_100n, ...late },
      { reference: 'LATE', amountMinor: 1_200n, ...late },
      { amountMinor: 1_300n, ...late },
    ])
    await stage.statement([
      { reference: 'FEE', amount: '99.80' },
      { reference: 'ABOVE', amount: '99.49' },
      { reference: 'MORE', amount: '100.20' },
      { reference: 'NOBODYS', amount: '14.00' },
    ])
    await stage.file(camt({ kind: '054', entries: [entry] }))
    await stage.file(camt({ closing: '107.00', entries: [entry] }))
    await stage.run()
    await stage.post()
    // What comes after the run: one by its reference, one by amount and day alone.
    await stage.statement([
      { reference: 'LATE', amount: '12.00' },
      { amount: '13.00', day: '2026-11-02' },
    ])
    expect(await resolve()).toEqual({
      ok: true,
      value: { lateCounterparts: 1, feesWithinDeclared: 1, alreadyTold: 1 },
    })
    expect(await stage.items()).toEqual([
      'AMOUNT_MISMATCH OPEN 1/1 -51',
      'AMOUNT_MISMATCH OPEN 1/1 20',
      'AMOUNT_MISMATCH RESOLVED 1/1 -20 FEE_WITHIN_DECLARED',
      'DUPLICATE RESOLVED 1/0 0 ALREADY_TOLD',
      'MATCHED SETTLED 1/1 0',
      'MISSING_EXTERNALLY OPEN 0/1 -1100',
      'MISSING_EXTERNALLY OPEN 0/1 -1300',
      'MISSING_EXTERNALLY RESOLVED 0/1 -1200 LATE_COUNTERPART',
      'MISSING_INTERNALLY OPEN 1/0 1400',
      'MISSING_INTERNALLY OPEN 1/0 700',
    ])
    expect(await stage.post()).toBe(2)
    expect(await stage.balances()).toMatchObject({
      BANK_FEES: -20n,
      SUSPENSE: -51n + 20n - 1_100n - 1_300n + 1_400n + 700n,
    })
    await stage.expectSoundBooks()
    expect(await resolve()).toMatchObject({ value: { lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 } })
  })

  test.each(['camt.054 first', 'camt.053 first'])(
    'keeps what was told twice, and nobody expected, in the days after: %s',
    async (order) => {
      const entry = ntry('7.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
      const files = [camt({ kind: '054', entries: [entry] }), camt({ closing: '107.00', entries: [entry] })]
      for (const file of order === 'camt.053 first' ? files.reverse() : files) await stage.file(file)
      await stage.run()
      expect(await resolve()).toMatchObject({ value: { alreadyTold: 1 } })
      stage.clock.set(new Date('2026-11-24T06:00:00.000Z'))
      for (const day of ['2026-11-21', '2026-11-22']) {
        expect(await stage.run(day)).toMatchObject({ cases: 0 })
        expect(await resolve()).toMatchObject({ value: { alreadyTold: 0 } })
      }
      await stage.post()
      expect(await stage.items()).toEqual(['DUPLICATE RESOLVED 1/0 0 ALREADY_TOLD', 'MISSING_INTERNALLY OPEN 1/0 700'])
      expect(await stage.balances()).toMatchObject({ FUNDING: -700n, SUSPENSE: 700n })
      // And its counterpart finds it.
      await stage.expect([{ amountMinor: 700n, expectedOn: '2026-03-02' }])
      await stage.run('2026-11-23')
      expect(await stage.items()).toEqual([
        'DUPLICATE RESOLVED 1/0 0 ALREADY_TOLD',
        'MATCHED SETTLED 1/1 0',
        'MISSING_INTERNALLY RESOLVED 1/0 700 LATE_COUNTERPART',
      ])
    },
  )

  test('leaves what the bank shows twice to people: it may have moved twice', async () => {
    const line = { reference: 'A', bankReference: 'BANK-1' }
    await stage.expect([{ reference: 'A' }])
    await stage.statement([line])
    await stage.run()
    await stage.statement([line])
    await stage.run()
    expect(await resolve()).toMatchObject({ value: { lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 } })
    expect(await stage.items()).toEqual(['DUPLICATE OPEN 1/0 10000', 'MATCHED SETTLED 1/1 0'])
  })

  test('leaves a movement that never came to people, also where all of it is no more than its declared fee', async () => {
    await stage.expect([{ reference: 'A', amountMinor: 50n, feeMinor: 50n, expectedOn: '2026-11-01' }])
    await stage.run()
    expect(await resolve()).toMatchObject({ value: { lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 } })
    expect(await stage.items()).toEqual(['MISSING_EXTERNALLY OPEN 0/1 -50'])
    await stage.post()
    expect(await stage.balances()).toMatchObject({ SUSPENSE: -50n })
  })

  test('does nothing before the first run, and refuses an account that nothing is known of', async () => {
    expect(await resolve()).toMatchObject({ ok: false, code: 'ACCOUNT_NOT_FOUND' })
    await stage.statement([{}])
    expect(await resolve()).toMatchObject({ value: { lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 } })
    expect(await stage.items()).toEqual([])
  })
})
