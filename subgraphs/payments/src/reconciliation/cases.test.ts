import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { type HandMatch, matchByHand } from './match-by-hand.ts'
import { approveWriteOff, rejectWriteOff, requestWriteOff } from './write-off.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const ADA = newId('usr')
const BRUNO = newId('usr')
const by = (personId: typeof ADA | undefined) => ({ provenance: stage.provenance(personId ?? 'svc:robot'), personId })
const caseId = async (status?: string) => {
  const [id] = await stage.cases(status)
  if (id === undefined) throw new Error('No case.')
  return id
}

describe('by hand', () => {
  const match = ({ caseIds, movementIds = [] }: Partial<HandMatch> & Pick<HandMatch, 'caseIds'>) =>
    matchByHand(stage.db, { caseIds, movementIds }, stage.provenance(ADA))
  const late = { expectedOn: '2026-11-01' }

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

describe('writing off', () => {
  const reason = 'The bank cannot say whose it is.'
  const request = async (id = caseId('MISSING_INTERNALLY'), person: typeof ADA | undefined = ADA) =>
    requestWriteOff(stage.db, { caseId: await id, reason }, by(person))

  beforeEach(async () => {
    await stage.statement([{ reference: 'X' }])
    await stage.run()
    await stage.post()
  })

  test('takes two people, and moves what is in suspense to write-offs', async () => {
    const id = await caseId()
    expect(await request()).toEqual({ ok: true, value: undefined })
    expect(await approveWriteOff(stage.db, { caseId: id }, by(ADA))).toMatchObject({ ok: false, code: 'SAME_PERSON' })
    expect(await stage.items()).toEqual(['MISSING_INTERNALLY WRITE_OFF_REQUESTED 1/0 10000'])
    expect(await stage.post()).toBe(0)
    expect((await approveWriteOff(stage.db, { caseId: id }, by(BRUNO))).ok).toBe(true)
    expect(await stage.items()).toEqual(['MISSING_INTERNALLY WRITTEN_OFF 1/0 10000 WRITTEN_OFF'])
    expect(await stage.post()).toBe(1)
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n, WRITE_OFFS: 10_000n })
    await stage.expectSoundBooks()
    const rows = await stage.database.sql.system`
      select type, actor, version, data ->> 'requestedBy' as requested from journal
      where aggregate_type = 'reconciliation_item' order by version`
    expect([...rows]).toEqual([
      { type: 'reconciliation_item.write_off_requested', actor: ADA, version: 1, requested: null },
      { type: 'reconciliation_item.written_off', actor: BRUNO, version: 2, requested: ADA },
    ])
  })

  test('two who approve at once write it off once', async () => {
    const id = await caseId()
    await request()
    const approved = await Promise.all(
      [BRUNO, newId('usr')].map((one) => approveWriteOff(stage.db, { caseId: id }, by(one))),
    )
    expect(approved.map((outcome) => (outcome.ok ? 'ok' : outcome.code)).sort()).toEqual([
      'WRITE_OFF_NOT_REQUESTED',
      'ok',
    ])
    expect(await stage.post()).toBe(1)
  })

  test('the database itself refuses a write-off by one person', async () => {
    await request()
    const alone = stage.database.sql.system`
      update reconciliation_item set state = 'WRITTEN_OFF', resolution = 'WRITTEN_OFF', resolved_by = requested_by,
        resolved_at = now()`
    await expect(alone).rejects.toMatchObject({ constraint_name: 'reconciliation_item_four_eyes' })
  })

  test('rejected, the case is open again, and a counterpart still resolves it', async () => {
    const id = await caseId()
    await request()
    await stage.expect([{ reference: 'X' }])
    // While somebody decides, nothing else happens to it.
    await stage.run()
    expect(await stage.items()).toEqual(['MISSING_INTERNALLY WRITE_OFF_REQUESTED 1/0 10000'])
    expect((await rejectWriteOff(stage.db, { caseId: id, reason }, by(ADA))).ok).toBe(true)
    await stage.run()
    expect(await stage.items()).toEqual([
      'MATCHED SETTLED 1/1 0',
      'MISSING_INTERNALLY RESOLVED 1/0 10000 LATE_COUNTERPART',
    ])
  })

  test('is refused by the first of these', async () => {
    const id = await caseId()
    const none = newId('rci')
    const robot = by(undefined)
    const ada = by(ADA)
    expect(await requestWriteOff(stage.db, { caseId: none, reason: '' }, robot)).toMatchObject({ code: 'NOT_A_PERSON' })
    expect(await approveWriteOff(stage.db, { caseId: id }, robot)).toMatchObject({ code: 'NOT_A_PERSON' })
    for (const reason of ['', 'paid with 4111111111111111'])
      expect(await requestWriteOff(stage.db, { caseId: none, reason }, ada)).toMatchObject({ code: 'INVALID_REASON' })
    expect(await rejectWriteOff(stage.db, { caseId: id, reason: 'x'.repeat(501) }, ada)).toMatchObject({
      code: 'INVALID_REASON',
    })
    expect(await requestWriteOff(stage.db, { caseId: none, reason }, ada)).toMatchObject({ code: 'CASE_NOT_FOUND' })
    for (const decided of [approveWriteOff, rejectWriteOff])
      expect(await decided(stage.db, { caseId: id, reason }, ada)).toMatchObject({ code: 'WRITE_OFF_NOT_REQUESTED' })
    await request()
    expect(await request(Promise.resolve(id))).toMatchObject({ code: 'CASE_NOT_OPEN' })
  })

  test('what was matched is no case, and what is told twice holds nothing', async () => {
    const entry = ntry('100.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
    await stage.file(camt({ kind: '054', entries: [entry] }))
    await stage.file(camt({ closing: '200.00', entries: [entry] }))
    await stage.run()
    expect(await request(caseId('DUPLICATE'))).toMatchObject({ code: 'NOTHING_TO_WRITE_OFF' })
    await stage.expect([{ reference: 'Y' }])
    await stage.statement([{ reference: 'Y' }])
    await stage.run()
    const [row] = await stage.database.sql.system<{ id: string }[]>`
      select id::text from reconciliation_item where state = 'SETTLED'`
    expect(await request(Promise.resolve(fromUuid('rci', row?.id ?? '')))).toMatchObject({ code: 'CASE_NOT_FOUND' })
  })
})

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

  test('does nothing before the first run, and refuses an account that nothing is known of', async () => {
    expect(await resolve()).toMatchObject({ ok: false, code: 'ACCOUNT_NOT_FOUND' })
    await stage.statement([{}])
    expect(await resolve()).toMatchObject({ value: { lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 } })
    expect(await stage.items()).toEqual([])
  })
})
