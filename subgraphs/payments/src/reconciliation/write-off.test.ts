import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
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

  test('the same asked and approved again by the same person is what it was, and nothing is written off twice', async () => {
    const id = await caseId()
    for (const _ of [1, 2]) expect(await request(Promise.resolve(id))).toEqual({ ok: true, value: undefined })
    const again = { caseId: id, reason }
    expect(await requestWriteOff(stage.db, again, by(BRUNO))).toMatchObject({ code: 'CASE_NOT_OPEN' })
    const otherwise = { ...again, reason: 'It is too little.' }
    expect(await requestWriteOff(stage.db, otherwise, by(ADA))).toMatchObject({ code: 'CASE_NOT_OPEN' })
    for (const _ of [1, 2])
      expect(await approveWriteOff(stage.db, { caseId: id }, by(BRUNO))).toEqual({ ok: true, value: undefined })
    for (const person of [ADA, newId('usr')])
      expect(await approveWriteOff(stage.db, { caseId: id }, by(person))).toMatchObject({
        code: 'WRITE_OFF_NOT_REQUESTED',
      })
    expect(await request(Promise.resolve(id))).toMatchObject({ code: 'CASE_NOT_OPEN' })
    expect(await rejectWriteOff(stage.db, again, by(BRUNO))).toMatchObject({ code: 'WRITE_OFF_NOT_REQUESTED' })
    expect(await stage.post()).toBe(1)
    const events = await stage.database.sql.system`
      select type from journal where aggregate_type = 'reconciliation_item' order by version`
    expect(events.map(({ type }) => type)).toEqual([
      'reconciliation_item.write_off_requested',
      'reconciliation_item.written_off',
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

  test('of what came again leaves the first one what it was', async () => {
    await stage.statement([{ reference: 'X' }])
    await stage.run()
    const id = await caseId('DUPLICATE')
    await request(Promise.resolve(id))
    await stage.run()
    expect((await approveWriteOff(stage.db, { caseId: id }, by(BRUNO))).ok).toBe(true)
    await stage.run()
    expect(await stage.items()).toEqual([
      'DUPLICATE WRITTEN_OFF 1/0 10000 WRITTEN_OFF',
      'MISSING_INTERNALLY OPEN 1/0 10000',
    ])
  })

  test('is refused by the first of these', async () => {
    const id = await caseId()
    const none = newId('rci')
    const robot = by(undefined)
    const ada = by(ADA)
    expect(await requestWriteOff(stage.db, { caseId: none, reason: '' }, robot)).toMatchObject({ code: 'NOT_A_PERSON' })
    expect(await approveWriteOff(stage.db, { caseId: id }, robot)).toMatchObject({ code: 'NOT_A_PERSON' })
    for (const reason of ['', 'paid with 4111111111111111', 'card 4111 1111 1111 1111 12/30 cvv 123'])
      expect(await requestWriteOff(stage.db, { caseId: none, reason }, ada)).toMatchObject({ code: 'INVALID_REASON' })
    expect(await rejectWriteOff(stage.db, { caseId: id, reason: 'x'.repeat(501) }, ada)).toMatchObject({
      code: 'INVALID_REASON',
    })
    expect(await requestWriteOff(stage.db, { caseId: none, reason }, ada)).toMatchObject({ code: 'CASE_NOT_FOUND' })
    for (const decided of [approveWriteOff, rejectWriteOff])
      expect(await decided(stage.db, { caseId: id, reason }, ada)).toMatchObject({ code: 'WRITE_OFF_NOT_REQUESTED' })
    await request()
    expect(await request(Promise.resolve(id), BRUNO)).toMatchObject({ code: 'CASE_NOT_OPEN' })
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
