// What a statement counts in its balances has moved: it is no repetition, whoever says so.

import { fromUuid } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { camt, MT940_HEAD, mt940, ntry, txDtls } from '../statements/statements.fixture.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { approveDismissal, rejectDismissal } from './dismissal.ts'
import { BRUNO, type Dismissals, dismissalsOn, reason } from './dismissals.fixture.ts'

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

const told = ntry('100.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
const CREDIT = ':61:2603020302C100,00NTRFA//BANK-1'

const MOVED = 'LINE_IN_BALANCES'

/** What comes of dismissing a line as a message tells it. */
async function outcomeFor(statement: string, minor: number, bankReference: string): Promise<string> {
  const [found] = await stage.database.sql.system<{ id: string }[]>`
    select i.id::text from reconciliation_item i
    join bank_statement_line l on l.item_id = i.id
    join bank_statement s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
    where s.statement_id = ${statement} and l.amount_minor = ${minor} and l.bank_reference = ${bankReference}
      and i.rule = 'REPEATED_LINE'`
  const id = fromUuid('rci', found?.id ?? '')
  const asked = await request(id)
  const approved = asked.ok ? await approveDismissal(stage.db, { caseId: id }, by(BRUNO)) : asked
  await stage.run()
  return approved.ok ? 'ok' : approved.code
}

test.each([
  [
    'camt.053',
    [100, 200].map((opening) =>
      camt({ statement: `S-${opening}`, opening: `${opening}.00`, closing: `${opening + 100}.00`, entries: [told] }),
    ),
  ],
  [
    'MT940',
    [
      mt940(...MT940_HEAD, CREDIT, ':62F:C260302EUR200,00'),
      mt940(
        ':20:NEXT',
        ':25:10020030/1234567',
        ':28C:00050/001',
        ':60F:C260302EUR200,00',
        CREDIT,
        ':62F:C260303EUR300,00',
      ),
    ],
  ],
])('what a statement with balances tells again has moved, and is not dismissed: %s', async (_, files) => {
  for (const file of files) await stage.file(file)
  const [row] = await stage.database.sql.system<{ account: string }[]>`select distinct account from bank_statement`
  await stage.run('2026-11-20', row?.account)
  const [found] = await stage.database.sql.system<{ id: string }[]>`
    select id::text from reconciliation_item where rule = 'REPEATED_LINE'`
  expect(await request(fromUuid('rci', found?.id ?? ''))).toMatchObject({ code: 'LINE_IN_BALANCES', field: ['caseId'] })
})

describe('of a notification that came again', () => {
  const statement = (...entries: string[]) => stage.file(camt({ closing: `${entries.length + 1}00.00`, entries }))

  beforeEach(async () => {
    await stage.expect([{ expectedOn: '2026-03-02' }])
    for (const id of ['N-1', 'N-2']) await stage.file(camt({ kind: '054', statement: id, entries: [told] }))
    await stage.run()
  })

  test('the statement tells once what was notified twice: the second may be dismissed', async () => {
    await statement(told)
    await stage.run()
    await autoResolve(stage.db, ACCOUNT, stage.provenance())
    await dismiss()
    await stage.run()
    expect(await stage.items()).toEqual([
      'DUPLICATE RESOLVED 1/0 0 ALREADY_TOLD',
      'DUPLICATE RESOLVED 1/0 10000 DISMISSED',
      'MATCHED SETTLED 1/1 0',
    ])
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
    await stage.expectSoundBooks()
  })

  test('the second is asked for, and stands for the statement of the month beside that of the day: it may be dismissed', async () => {
    const id = await caseId()
    expect((await request(id)).ok).toBe(true)
    await statement(told)
    await stage.run()
    await stage.file(camt({ statement: 'MONTH', closing: '200.00', entries: [told] }))
    await stage.run()
    expect((await approveDismissal(stage.db, { caseId: id }, by(BRUNO))).ok).toBe(true)
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
    await stage.expectSoundBooks()
  })

  test('the statement tells both: the second has moved, and is dismissed neither then nor by a request of before', async () => {
    const id = (
      await stage.database.sql.system<{ id: string }[]>`
      select id::text from reconciliation_item where rule = 'REPEATED_LINE'`
    )[0]?.id
    const caseId = fromUuid('rci', id ?? '')
    expect(await request(caseId)).toEqual({ ok: true, value: undefined })
    await statement(told, told)
    await stage.run()
    const moved = { ok: false, code: 'LINE_IN_BALANCES' }
    expect(await approveDismissal(stage.db, { caseId }, by(BRUNO))).toMatchObject(moved)
    expect((await rejectDismissal(stage.db, { caseId, reason }, by(BRUNO))).ok).toBe(true)
    expect(await request(caseId)).toMatchObject(moved)
  })

  test('the statement tells both after it was dismissed: one of them is a movement that nobody has told before', async () => {
    await dismiss()
    await statement(told, told)
    await stage.run()
    expect(await stage.items()).toEqual([
      'DUPLICATE OPEN 1/0 0',
      'DUPLICATE OPEN 1/0 10000',
      'DUPLICATE RESOLVED 1/0 10000 DISMISSED',
      'MATCHED SETTLED 1/1 0',
    ])
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -20_000n, SUSPENSE: 10_000n })
    await stage.expectSoundBooks()
  })
})

describe('of what two statements over the same days count', () => {
  const other = ntry('50.00', { more: '<AcctSvcrRef>BANK-2</AcctSvcrRef>' }).replaceAll('2026-03-02', '2026-03-03')
  const days = [
    camt({ statement: 'DAY-1', opening: '0.00', closing: '100.00', entries: [told] }),
    camt({ statement: 'DAY-2', opening: '100.00', closing: '150.00', entries: [other] }),
  ]
  const month = (...entries: string[]) => camt({ statement: 'MONTH', opening: '0.00', closing: '150.00', entries })

  test.each([
    ['those of the days', days, month(told, other)],
    ['that of the month', [month(told, other)], days],
    [
      'those of the days, which were notified',
      [...days, camt({ kind: '054', statement: 'N', entries: [told, other] })],
      month(told, other),
    ],
  ])('each line may be dismissed once, after %s', async (_, before, after) => {
    await stage.expect([{ expectedOn: '2026-03-02' }, { amountMinor: 5_000n, expectedOn: '2026-03-03' }])
    for (const file of before) await stage.file(file)
    await stage.run()
    await autoResolve(stage.db, ACCOUNT, stage.provenance())
    for (const file of [after].flat()) await stage.file(file)
    await stage.run()
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -30_000n, SUSPENSE: 15_000n })
    for (const _ of [1, 2]) await dismiss()
    await stage.run()
    await stage.post()
    expect(await stage.cases()).toEqual([])
    expect(await stage.balances()).toEqual({ FUNDING: -15_000n })
    await stage.expectSoundBooks()
  })

  const third = told.replace('BANK-1', 'BANK-3')
  const further = told.replace('BANK-1', 'BANK-4')
  const day = (statement: string, opening: number, ...entries: string[]) =>
    camt({ statement, opening: `${opening}.00`, closing: `${opening + 100 * entries.length}.00`, entries })
  const back = ntry('100.00', { sign: 'DBIT', more: '<AcctSvcrRef>BANK-5</AcctSvcrRef>' })
  const takenBack = camt({ statement: 'BACK', opening: '100.00', closing: '0.00', entries: [back] })
  const wholeDay = camt({ statement: 'ALL', opening: '0.00', closing: '100.00', entries: [told, back, third] })

  test.each([
    ['of two that only one of them has, one', [day('A', 0, told), day('B', 0, told, told)], [MOVED, 'ok']],
    ['none where each has what the other one has not', [day('A', 0, told, third), day('B', 0, told, further)], [MOVED]],
    ['none where other money was on the account', [day('A', 0, told), day('B', 300, told)], [MOVED]],
    ['none where it was taken back between the two', [day('A', 0, told), takenBack, day('B', 0, told)], [MOVED]],
    [
      'one where between the two nothing moved but another currency of the account',
      [day('A', 0, told), takenBack.replaceAll('EUR', 'USD'), day('B', 0, told)],
      ['ok'],
    ],
    [
      'one where the whole day has it with what was taken back',
      [day('A', 0, told), takenBack, wholeDay],
      [MOVED, 'ok'],
    ],
  ])('and %s', async (_, files, codes) => {
    for (const file of files) {
      await stage.file(file)
      await stage.run()
    }
    const found: string[] = []
    for (const caseId of await stage.cases('DUPLICATE')) {
      const asked = await request(caseId)
      if (asked.ok) await approveDismissal(stage.db, { caseId }, by(BRUNO))
      found.push(asked.ok ? 'ok' : asked.code)
    }
    expect(found.toSorted()).toEqual(codes)
  })

  test.each([
    ['of the whole day', ['A', 'B']],
    ['of the morning', ['B', 'A']],
  ] as const)('and one of two that the whole day counts, and one the morning: that %s', async (_, [first, second]) => {
    for (const file of [day('A', 0, told, told), day('B', 0, told)]) {
      await stage.file(file)
      await stage.run()
    }
    expect(await outcomeFor(first, 10_000, 'BANK-1')).toBe('ok')
    expect(await outcomeFor(second, 10_000, 'BANK-1')).toBe(MOVED)
  })

  test('and a line that another one counts when a run has seen that', async () => {
    const alike = [told, third].map((one) => one.replace('</Ntry>', `<NtryDtls>${txDtls(undefined)}</NtryDtls></Ntry>`))
    await stage.file(day('A', 0, ...alike))
    await stage.run()
    const id = await caseId()
    await stage.file(day('B', 0, ...alike))
    expect(await request(id)).toMatchObject({ code: MOVED })
    await stage.run()
    expect((await request(id)).ok).toBe(true)
  })
})

describe('of a batch that was notified, and is in the statements of the day and of the month', () => {
  const parts = ['60.00', '40.00'].map((amount) => txDtls(amount))
  const batch = ntry('100.00', { more: '<AcctSvcrRef>BATCH-1</AcctSvcrRef>', details: parts.join('') })
  const before = ntry('40.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>', details: parts[1] ?? '' })
  const dayBefore = before.replaceAll('2026-03-02', '2026-03-01')
  const statementOfBefore = camt({ statement: 'BEFORE', opening: '0.00', closing: '40.00', entries: [dayBefore] })
  const day = camt({ statement: 'DAY', opening: '40.00', closing: '140.00', entries: [batch] })
  const month = camt({ statement: 'MONTH', opening: '0.00', closing: '140.00', entries: [dayBefore, batch] })
  const notified = (statement: string) => camt({ kind: '054', statement, entries: [batch] })

  async function come(...contents: string[]) {
    for (const content of contents) {
      await stage.file(content)
      await stage.run()
      await autoResolve(stage.db, ACCOUNT, stage.provenance())
    }
  }

  test.each([
    [
      'of the notification first',
      [
        ['N-1', 4_000, 'ok'],
        ['MONTH', 6_000, 'ok'],
        ['MONTH', 4_000, MOVED],
      ],
    ],
    [
      'of the month first',
      [
        ['MONTH', 4_000, 'ok'],
        ['N-1', 4_000, MOVED],
        ['MONTH', 6_000, 'ok'],
      ],
    ],
  ] as const)('one line stands of each part, whichever is dismissed: %s', async (_, asked) => {
    await stage.expect([{ reference: 'E-60.00', amountMinor: 6_000n, expectedOn: '2026-03-02' }])
    await come(statementOfBefore, notified('N-1'), notified('N-2'), day, month)
    for (const [statement, minor, code] of asked) expect(await outcomeFor(statement, minor, 'BATCH-1')).toBe(code)
    expect(await outcomeFor('MONTH', 4_000, 'BANK-1')).toBe('ok')
    await stage.post()
    expect(await stage.balances()).toEqual({ FUNDING: -14_000n, SUSPENSE: 8_000n })
    await stage.expectSoundBooks()
  })
})
