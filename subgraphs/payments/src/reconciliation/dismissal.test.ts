import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { approveDismissal, rejectDismissal, requestDismissal } from './dismissal.ts'
import { ADA, BRUNO, type Dismissals, dismissalsOn, reason } from './dismissals.fixture.ts'
import { matchByHand } from './match-by-hand.ts'
import { approveWriteOff, requestWriteOff } from './write-off.ts'

let stage: ReconciliationStage
let by: Dismissals['by']
let request: Dismissals['request']
let caseId: Dismissals['caseId']
let dismiss: Dismissals['dismiss']
beforeEach(async () => {
  stage = await setReconciliationStage()
  ;({ by, request, caseId, dismiss } = dismissalsOn(stage))
})
afterEach(() => stage[Symbol.asyncDispose]())

describe('dismissing a line that came again in a table', () => {
  const REQUESTED = ['DUPLICATE DISMISSAL_REQUESTED 1/0 10000', 'MATCHED SETTLED 1/1 0']
  const DISMISSED = ['DUPLICATE RESOLVED 1/0 10000 DISMISSED', 'MATCHED SETTLED 1/1 0']

  beforeEach(async () => {
    await stage.expect([{ reference: 'A' }])
    await stage.statement([{ reference: 'A' }])
    await stage.run()
    await stage.statement([{ reference: 'A' }])
    await stage.run()
    await stage.post()
  })

  test('takes two people, and takes back what is in suspense: nothing is gained or lost', async () => {
    expect(await stage.balances()).toEqual({ FUNDING: -20_000n, SUSPENSE: 10_000n })
    const id = await caseId()
    expect(await request(id)).toEqual({ ok: true, value: undefined })
    expect(await approveDismissal(stage.db, { caseId: id }, by(ADA))).toMatchObject({ ok: false, code: 'SAME_PERSON' })
    expect(await stage.items()).toEqual(REQUESTED)
    expect(await stage.post()).toBe(0)
    expect((await approveDismissal(stage.db, { caseId: id }, by(BRUNO))).ok).toBe(true)
    expect(await stage.items()).toEqual(DISMISSED)
    expect(await stage.post()).toBe(1)
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
    await stage.expectSoundBooks()
    const rows = await stage.database.sql.system`
      select type, actor, version, data ->> 'state' as state, coalesce(data ->> 'reason', data ->> 'requestedBy') as told
      from journal where aggregate_type = 'reconciliation_item' order by version`
    expect([...rows]).toEqual([
      {
        type: 'reconciliation_item.dismissal_requested',
        actor: ADA,
        version: 1,
        state: 'DISMISSAL_REQUESTED',
        told: reason,
      },
      { type: 'reconciliation_item.dismissed', actor: BRUNO, version: 2, state: 'RESOLVED', told: ADA },
    ])
  })

  test('the same asked and approved again by the same person is what it was, and no other end is taken for it', async () => {
    const id = await caseId()
    for (const _ of [1, 2]) expect(await request(id)).toEqual({ ok: true, value: undefined })
    expect(await request(id, BRUNO)).toMatchObject({ code: 'CASE_NOT_OPEN' })
    for (const _ of [1, 2])
      expect(await approveDismissal(stage.db, { caseId: id }, by(BRUNO))).toEqual({ ok: true, value: undefined })
    expect(await approveWriteOff(stage.db, { caseId: id }, by(BRUNO))).toMatchObject({
      code: 'WRITE_OFF_NOT_REQUESTED',
    })
    expect(await stage.items()).toEqual(DISMISSED)
    expect(await stage.post()).toBe(1)
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
  })

  test('a case that was matched by hand was not dismissed by whoever matched it', async () => {
    const id = await caseId()
    const [movementId = newId('exm')] = await stage.expect([{ reference: 'B' }])
    const match = { caseIds: [id], movementIds: [movementId] }
    expect(await matchByHand(stage.db, match, stage.provenance(BRUNO))).toMatchObject({ ok: true })
    expect(await approveDismissal(stage.db, { caseId: id }, by(BRUNO))).toMatchObject({
      code: 'DISMISSAL_NOT_REQUESTED',
    })
  })

  test('two who approve at once dismiss it once', async () => {
    const id = await caseId()
    await request(id)
    const approved = await Promise.all(
      [BRUNO, newId('usr')].map((one) => approveDismissal(stage.db, { caseId: id }, by(one))),
    )
    expect(approved.map((outcome) => (outcome.ok ? 'ok' : outcome.code)).sort()).toEqual([
      'DISMISSAL_NOT_REQUESTED',
      'ok',
    ])
    expect(await stage.post()).toBe(1)
  })

  test('the database itself refuses a dismissal by one person, and one of what is no repetition', async () => {
    await request(await caseId())
    const alone = stage.database.sql.system`
      update reconciliation_item set state = 'RESOLVED', resolution = 'DISMISSED', resolved_by = requested_by,
        resolved_at = now() where status = 'DUPLICATE'`
    await expect(alone).rejects.toMatchObject({ constraint_name: 'reconciliation_item_four_eyes' })
    const other = stage.database.sql.system`
      update reconciliation_item set rule = 'NO_COUNTERPART' where status = 'DUPLICATE'`
    await expect(other).rejects.toMatchObject({ constraint_name: 'reconciliation_item_dismissed' })
  })

  test('while somebody decides, nothing else happens to the case; rejected, it is open again, and a counterpart resolves it', async () => {
    const id = await caseId()
    await request(id)
    const [movementId = newId('exm')] = await stage.expect([{ reference: 'A' }])
    await stage.run()
    await autoResolve(stage.db, ACCOUNT, stage.provenance())
    const notOpen = { ok: false, code: 'CASE_NOT_OPEN' }
    const match = { caseIds: [id], movementIds: [movementId] }
    expect(await matchByHand(stage.db, match, stage.provenance(ADA))).toMatchObject(notOpen)
    expect(await requestWriteOff(stage.db, { caseId: id, reason }, by(ADA))).toMatchObject(notOpen)
    expect(await approveWriteOff(stage.db, { caseId: id }, by(BRUNO))).toMatchObject({
      code: 'WRITE_OFF_NOT_REQUESTED',
    })
    expect(await stage.items()).toEqual([REQUESTED[0], 'DUPLICATE OPEN 0/1 -10000', REQUESTED[1]])
    expect((await rejectDismissal(stage.db, { caseId: id, reason }, by(ADA))).ok).toBe(true)
    await stage.run()
    expect(await stage.items()).toEqual([
      'DUPLICATE RESOLVED 0/1 -10000 LATE_COUNTERPART',
      'DUPLICATE RESOLVED 1/0 10000 LATE_COUNTERPART',
      'MATCHED SETTLED 1/1 0',
      'MATCHED SETTLED 1/1 0',
    ])
    await stage.post()
    await stage.expectSoundBooks()
  })

  test('dismissed, it is found by no later run, and explains nothing that is expected later', async () => {
    await dismiss()
    stage.clock.set(new Date('2026-11-25T06:00:00.000Z'))
    expect(await stage.run('2026-11-21')).toMatchObject({ cases: 0 })
    const [movementId = newId('exm')] = await stage.expect([{ reference: 'A', expectedOn: '2026-11-22' }])
    await stage.run('2026-11-22')
    await autoResolve(stage.db, ACCOUNT, stage.provenance())
    const [id] = await stage.cases()
    expect(await stage.items()).toEqual(['DUPLICATE OPEN 0/1 -10000', ...DISMISSED])
    expect(
      await matchByHand(stage.db, { caseIds: id ? [id] : [], movementIds: [movementId] }, stage.provenance()),
    ).toMatchObject({ ok: false })
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n, SUSPENSE: -10_000n })
    await stage.expectSoundBooks()
  })

  test('what comes a third time is a repetition again, and may be dismissed as well', async () => {
    await dismiss()
    await stage.statement([{ reference: 'A' }])
    await stage.run()
    expect(await stage.items()).toEqual(['DUPLICATE OPEN 1/0 10000', ...DISMISSED])
    await dismiss()
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
    await stage.expectSoundBooks()
  })

  test('is refused by the first of these', async () => {
    const id = await caseId()
    const none = newId('rci')
    const robot = by(undefined)
    const ada = by(ADA)
    expect(await requestDismissal(stage.db, { caseId: none, reason: '' }, robot)).toMatchObject({
      code: 'NOT_A_PERSON',
    })
    expect(await requestDismissal(stage.db, { caseId: none, reason: '' }, ada)).toMatchObject({
      code: 'INVALID_REASON',
    })
    expect(await requestDismissal(stage.db, { caseId: none, reason }, ada)).toMatchObject({ code: 'CASE_NOT_FOUND' })
    const [row] = await stage.database.sql.system<{ id: string }[]>`
      select id::text from reconciliation_item where state = 'SETTLED'`
    expect(await request(fromUuid('rci', row?.id ?? ''))).toMatchObject({ code: 'CASE_NOT_FOUND' })
    for (const decided of [approveDismissal, rejectDismissal])
      expect(await decided(stage.db, { caseId: id, reason }, ada)).toMatchObject({ code: 'DISMISSAL_NOT_REQUESTED' })
    await requestWriteOff(stage.db, { caseId: id, reason }, ada)
    expect(await request(id)).toMatchObject({ code: 'CASE_NOT_OPEN' })
    for (const decided of [approveDismissal, rejectDismissal])
      expect(await decided(stage.db, { caseId: id, reason }, by(BRUNO))).toMatchObject({
        code: 'DISMISSAL_NOT_REQUESTED',
      })
  })
})

test('of two lines that nobody expected, the first stays open, and is what a later counterpart finds', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  const id = await caseId()
  await request(id)
  const OPEN = 'MISSING_INTERNALLY OPEN 1/0 10000'
  await stage.run()
  expect(await stage.items()).toEqual(['DUPLICATE DISMISSAL_REQUESTED 1/0 10000', OPEN])
  await approveDismissal(stage.db, { caseId: id }, by(BRUNO))
  await stage.run()
  const DISMISSED = 'DUPLICATE RESOLVED 1/0 10000 DISMISSED'
  expect(await stage.items()).toEqual([DISMISSED, OPEN])
  await stage.expect([{ reference: 'A' }])
  await stage.run()
  const MATCHED = ['MATCHED SETTLED 1/1 0', 'MISSING_INTERNALLY RESOLVED 1/0 10000 LATE_COUNTERPART']
  expect(await stage.items()).toEqual([DISMISSED, ...MATCHED])
  await stage.post()
  expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
  await stage.expectSoundBooks()
})

test('only a line that came again is dismissed', async () => {
  await stage.expect([{ reference: 'A' }, { reference: 'A' }])
  await stage.statement([{ reference: 'A' }, { reference: 'X', amount: '7.00' }])
  await stage.run()
  const codes = await Promise.all((await stage.cases()).map((id) => request(id)))
  expect(codes).toMatchObject([{ code: 'CASE_NOT_REPEATED' }, { code: 'CASE_NOT_REPEATED' }])
})

describe('a line without references that another table has just so', () => {
  const PAYER = 'FR1420041010050500013M02606'
  const table = [{ counterparty: PAYER }, { counterparty: PAYER, amount: '73.21' }]

  test('may be dismissed, and one of two such lines always stands', async () => {
    await stage.expect([{ counterparty: PAYER }])
    for (const _ of ['exported', 'exported again']) {
      await stage.statement(table)
      await stage.run()
    }
    const codes: string[] = []
    for (const id of await stage.cases('MISSING_INTERNALLY')) {
      const asked = await request(id)
      if (asked.ok) await approveDismissal(stage.db, { caseId: id }, by(BRUNO))
      codes.push(asked.ok ? 'ok' : asked.code)
    }
    expect(codes.toSorted()).toEqual(['CASE_NOT_REPEATED', 'ok', 'ok'])
    await stage.run()
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -17_321n, SUSPENSE: 7_321n })
    await stage.expectSoundBooks()
  })

  test('and not two for one, nor one that is told in its own table alone', async () => {
    await stage.expect([{ counterparty: PAYER }])
    await stage.statement(table.slice(0, 1))
    await stage.run()
    await stage.statement([...table, ...table])
    await stage.run()
    const ended = await Promise.all((await stage.cases()).map((id) => request(id)))
    for (const id of await stage.cases('MISSING_INTERNALLY')) await request(id)
    expect(ended.filter(({ ok }) => ok)).toHaveLength(2)
    const requested = await stage.database.sql.system<{ id: string }[]>`
      select id::text from reconciliation_item where state = 'DISMISSAL_REQUESTED'`
    const approved: string[] = []
    for (const { id } of requested) {
      const outcome = await approveDismissal(stage.db, { caseId: fromUuid('rci', id) }, by(BRUNO))
      approved.push(outcome.ok ? 'ok' : outcome.code)
    }
    expect(approved).toEqual(['ok', 'CASE_NOT_REPEATED'])
  })

  test.each([
    ['the morning and then of the whole day', [1, 2]],
    ['the whole day and then of the morning', [2, 1]],
  ])('of tables of %s, as many stand as the day has', async (_, lines) => {
    for (const length of lines) {
      await stage.statement(Array.from({ length }, () => ({ counterparty: PAYER })))
      await stage.run()
    }
    for (const id of await stage.cases('MISSING_INTERNALLY'))
      if ((await request(id)).ok) await approveDismissal(stage.db, { caseId: id }, by(BRUNO))
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -20_000n, SUSPENSE: 20_000n })
  })
})
