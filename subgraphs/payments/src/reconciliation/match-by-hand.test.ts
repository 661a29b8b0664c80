import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { type HandMatch, matchByHand } from './match-by-hand.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const ADA = newId('usr')

describe('by hand', () => {
  const match = ({ caseIds, movementIds = [] }: Partial<HandMatch> & Pick<HandMatch, 'caseIds'>) =>
    matchByHand(stage.db, { caseIds, movementIds }, stage.provenance(ADA))
  const late = { expectedOn: '2026-11-01' }

  test('a line that tells what another message told explains nothing', async () => {
    const entry = ntry('100.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
    await stage.expect([
      { amountMinor: 10_000n, expectedOn: '2026-03-02' },
      { reference: 'B', ...late },
    ])
    for (const file of [camt({ kind: '054', entries: [entry] }), camt({ closing: '200.00', entries: [entry] })])
      await stage.file(file)
    await stage.run()
    const before = await stage.items()
    expect(before).toEqual(['DUPLICATE OPEN 1/0 0', 'MATCHED SETTLED 1/1 0', 'MISSING_EXTERNALLY OPEN 0/1 -10000'])
    expect(await match({ caseIds: await stage.cases() })).toMatchObject({ ok: false, code: 'CASE_ALREADY_TOLD' })
    expect(await stage.items()).toEqual(before)
  })

  test('cases whose sums agree are matched and resolved, and suspense is released', async () => {
    await stage.expect([
      { reference: 'A', amountMinor: 6_000n, ...late },
      { reference: 'B', amountMinor: 4_050n, feeMinor: 50n, ...late },
    ])
    await stage.statement([{ reference: 'X' }])
    await stage.run()
    await stage.post()
    const matched = await match({ caseIds: await stage.cases() })
    expect(matched).toMatchObject({ ok: true, value: expect.stringMatching(/^rci_/) })
    expect(await stage.items()).toEqual([
      'MATCHED SETTLED 1/2 0',
      'MISSING_EXTERNALLY RESOLVED 0/1 -4050 BY_HAND',
      'MISSING_EXTERNALLY RESOLVED 0/1 -6000 BY_HAND',
      'MISSING_INTERNALLY RESOLVED 1/0 10000 BY_HAND',
    ])
    expect(await stage.post()).toBe(4)
    // What is shown of a case that is over: all that was in suspense for it was taken back.
    const shown = await stage.database.sql.system<{ minor: bigint }[]>`
      select sum(amount_minor)::bigint as minor from reconciliation_posting
      where kind in ('SUSPENSE', 'RELEASE') group by item_id`
    expect(shown.map(({ minor }) => minor)).toEqual([0n, 0n, 0n])
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n, BANK_FEES: -50n })
    await stage.run()
    expect(await stage.cases()).toEqual([])
    await stage.expectSoundBooks()
  })

  test('a case is matched with what is still awaited', async () => {
    const [movementId] = await stage.expect([{ reference: 'A', expectedOn: '2026-11-25' }])
    await stage.statement([{ reference: 'X' }])
    await stage.run()
    expect(movementId).toBeDefined()
    const matched = await match({ caseIds: await stage.cases(), movementIds: movementId ? [movementId] : [] })
    expect(matched.ok).toBe(true)
    expect(await stage.items()).toEqual(['MATCHED SETTLED 1/1 0', 'MISSING_INTERNALLY RESOLVED 1/0 10000 BY_HAND'])
  })

  test('an entry is matched with the one that takes it back, and an expectation with its opposite', async () => {
    await stage.expect([
      { reference: 'A', amountMinor: 7_000n, ...late },
      { reference: 'B', amountMinor: -7_000n, ...late },
    ])
    await stage.statement([{ reference: 'X' }, { reference: 'X', amount: '-100.00' }])
    await stage.run()
    await stage.post()
    const [credit, debit] = await stage.cases('MISSING_INTERNALLY')
    const [come, go] = await stage.cases('MISSING_EXTERNALLY')
    if (!credit || !debit || !come || !go) throw new Error('There are four cases.')
    expect(await match({ caseIds: [credit, debit, come, go] })).toMatchObject({ code: 'DIRECTION_MISMATCH' })
    expect((await match({ caseIds: [credit, debit] })).ok).toBe(true)
    expect((await match({ caseIds: [come, go] })).ok).toBe(true)
    expect(await stage.post()).toBe(4)
    expect(await stage.balances()).toEqual({})
    await stage.run()
    expect(await stage.cases()).toEqual([])
    await stage.expectSoundBooks()
  })

  test('is refused by the first of these, and then changes nothing', async () => {
    const movements = await stage.expect([
      { reference: 'A', ...late },
      { reference: 'B', currency: 'USD', ...late },
      { reference: 'C', amountMinor: -10_000n, ...late },
      { reference: 'D', expectedOn: '2026-11-25' },
      { reference: 'M' },
    ])
    await stage.expect([{ reference: 'E', ...late }], { account: 'OTHER' })
    await stage.statement([{ reference: 'X', amount: '99.99' }, { reference: 'M' }])
    await stage.run()
    await stage.run('2026-11-20', 'OTHER')
    const rows = await stage.database.sql.system<{ id: string; told: string }[]>`
      select i.id::text, concat_ws(' ', status, i.currency, sign(difference_minor), account) as told
      from reconciliation_item i`
    const of = (told: string) => {
      const row = rows.find((one) => one.told === told)
      if (row === undefined) throw new Error(told)
      return fromUuid('rci', row.id)
    }
    const line = of(`MISSING_INTERNALLY EUR 1 ${ACCOUNT}`)
    const [missing, settled] = [of(`MISSING_EXTERNALLY EUR -1 ${ACCOUNT}`), of(`MATCHED EUR 0 ${ACCOUNT}`)]
    const awaited = movements[3] ?? newId('exm')
    const before = await stage.items()
    const cases: [Parameters<typeof match>[0], string][] = [
      [{ caseIds: [line, newId('rci')] }, 'CASE_NOT_FOUND'],
      [{ caseIds: [line, settled] }, 'CASE_NOT_OPEN'],
      [{ caseIds: [line], movementIds: [awaited, newId('exm')] }, 'MOVEMENT_NOT_FOUND'],
      [{ caseIds: [line], movementIds: movements.slice(0, 1) }, 'MOVEMENT_NOT_AWAITED'],
      [{ caseIds: [line, of('MISSING_EXTERNALLY EUR -1 OTHER')] }, 'ACCOUNT_MISMATCH'],
      [{ caseIds: [line, of(`MISSING_EXTERNALLY USD -1 ${ACCOUNT}`)] }, 'CURRENCY_MISMATCH'],
      [{ caseIds: [line, of(`MISSING_EXTERNALLY EUR 1 ${ACCOUNT}`)] }, 'DIRECTION_MISMATCH'],
      [{ caseIds: [line, missing] }, 'AMOUNTS_DIFFER'],
      [{ caseIds: [line] }, 'AMOUNTS_DIFFER'],
    ]
    for (const [input, code] of cases) expect(await match(input)).toMatchObject({ ok: false, code })
    expect(await match({ caseIds: [line, missing] })).toMatchObject({
      message: 'The lines differ from what was expected by -0.01 EUR.',
    })
    expect(await stage.items()).toEqual(before)
  })
})
