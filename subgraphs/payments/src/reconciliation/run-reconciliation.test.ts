import { addDays } from '@carriergraph/shared/day.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { camt, ntry, txDtls } from '../statements/statements.fixture.ts'
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

const totals = () => stage.database.sql.system`
  select status, currency, items, lines, expected, lines_minor::text as "linesMinor",
    expected_minor::text as "expectedMinor", fee_minor::text as fee, difference_minor::text as difference
  from reconciliation_total order by status`
const events = async () => {
  const rows = await stage.database.sql.system<{ type: string; version: number }[]>`
    select type, version from journal where aggregate_type like 'reconciliation%' order by xid, seq`
  return rows.map(({ type, version }) => `${type} ${version}`)
}

/** One of each kind: by reference, by fee, a mismatch, nobody's, what has not come, what came twice. */
async function mixedDay(): Promise<void> {
  await stage.expect([
    { reference: 'A' },
    { reference: 'FEE', feeMinor: 50n },
    { reference: 'LESS' },
    { reference: 'LATE', amountMinor: -7_000n, expectedOn: '2026-11-10' },
    { reference: 'SOON' },
    { reference: 'TWICE' },
  ])
  await stage.statement([
    { reference: 'A' },
    { reference: 'FEE', amount: '99.50' },
    { reference: 'LESS', amount: '90.00' },
    { reference: 'NOBODYS', amount: '-5.00' },
    { reference: 'TWICE' },
    { reference: 'TWICE' },
  ])
}

test('reports a day by status and currency, and tells the journal', async () => {
  await mixedDay()
  const { run, cases } = await stage.run()
  expect({ run, cases }).toMatchObject({ run: { account: ACCOUNT, day: TODAY, revision: 1 }, cases: 4 })
  expect([...(await totals())]).toEqual([
    {
      status: 'AMOUNT_MISMATCH',
      currency: 'EUR',
      items: 1,
      lines: 1,
      expected: 1,
      linesMinor: '9000',
      expectedMinor: '10000',
      fee: '0',
      difference: '-1000',
    },
    {
      status: 'AWAITED',
      currency: 'EUR',
      items: 1,
      lines: 0,
      expected: 1,
      linesMinor: '0',
      expectedMinor: '10000',
      fee: '0',
      difference: '0',
    },
    {
      status: 'DUPLICATE',
      currency: 'EUR',
      items: 1,
      lines: 1,
      expected: 0,
      linesMinor: '10000',
      expectedMinor: '0',
      fee: '0',
      difference: '10000',
    },
    {
      status: 'MATCHED',
      currency: 'EUR',
      items: 3,
      lines: 3,
      expected: 3,
      linesMinor: '29950',
      expectedMinor: '30000',
      fee: '50',
      difference: '0',
    },
    {
      status: 'MISSING_EXTERNALLY',
      currency: 'EUR',
      items: 1,
      lines: 0,
      expected: 1,
      linesMinor: '0',
      expectedMinor: '-7000',
      fee: '0',
      difference: '7000',
    },
    {
      status: 'MISSING_INTERNALLY',
      currency: 'EUR',
      items: 1,
      lines: 1,
      expected: 0,
      linesMinor: '-500',
      expectedMinor: '0',
      fee: '0',
      difference: '-500',
    },
  ])
  expect(await events()).toEqual(['reconciliation_run.completed 1', 'reconciliation_run.mismatched 2'])
})

test('what nobody can explain stands in suspense, fees are booked, and the bank account is what the bank says', async () => {
  await mixedDay()
  await stage.run()
  expect(await stage.post()).toBe(5)
  // Debits are below zero. The lines sum to 484.50; 100.00 are still on their way.
  expect(await stage.balances()).toEqual({ FUNDING: -58_450n, SUSPENSE: 15_500n, BANK_FEES: -50n })
  await stage.expectSoundBooks()
})

test('run again with nothing new, it changes nothing; two at once find everything once', async () => {
  await mixedDay()
  const [one, other] = await Promise.all([stage.run(), stage.run()])
  expect(one.run.id).toBe(other.run.id)
  expect([one.cases, other.cases].sort()).toEqual([0, 4])
  const before = [await stage.items(), [...(await totals())], await events()]
  expect(await stage.run()).toEqual({ run: one.run, cases: 0 })
  expect([await stage.items(), [...(await totals())], await events()]).toEqual(before)
  await stage.post()
  expect(await stage.post()).toBe(0)
})

test('with a further statement of the day it goes on, and what has found its counterpart is resolved', async () => {
  await stage.expect([{ reference: 'A', expectedOn: '2026-11-10' }])
  await stage.statement([{ reference: 'X' }])
  await stage.run()
  await stage.post()
  expect(await stage.items()).toEqual(['MISSING_EXTERNALLY OPEN 0/1 -10000', 'MISSING_INTERNALLY OPEN 1/0 10000'])
  await stage.statement([{ reference: 'A' }])
  const { run, cases } = await stage.run()
  expect({ revision: run.revision, cases }).toEqual({ revision: 2, cases: 0 })
  expect(await stage.items()).toEqual([
    'MATCHED SETTLED 1/1 0',
    'MISSING_EXTERNALLY RESOLVED 0/1 -10000 LATE_COUNTERPART',
    'MISSING_INTERNALLY OPEN 1/0 10000',
  ])
  expect(await events()).toEqual([
    'reconciliation_run.completed 1',
    'reconciliation_run.mismatched 2',
    'reconciliation_item.resolved 1',
    'reconciliation_run.completed 3',
  ])
  expect(await stage.post()).toBe(1)
  expect(await stage.balances()).toEqual({ FUNDING: -20_000n, SUSPENSE: 10_000n })
  await stage.expectSoundBooks()
})

test('a case that more came to is another case then, and suspense follows it', async () => {
  await stage.statement([{ reference: 'A', amount: '90.00' }])
  await stage.run()
  await stage.post()
  await stage.expect([{ reference: 'A' }])
  await stage.run()
  expect(await stage.items()).toEqual([
    'AMOUNT_MISMATCH OPEN 1/1 -1000',
    'MISSING_INTERNALLY RESOLVED 1/0 9000 RECLASSIFIED',
  ])
  expect(await stage.post()).toBe(2)
  expect(await stage.balances()).toEqual({ FUNDING: -9_000n, SUSPENSE: -1_000n })
  await stage.expectSoundBooks()
})

test('what was in a case and is not due is awaited again when the line of the case finds its own', async () => {
  await stage.expect([{ reference: 'A', expectedOn: '2026-11-24' }])
  await stage.statement([{ reference: 'A', amount: '90.00' }])
  await stage.run()
  expect(await stage.items()).toEqual(['AMOUNT_MISMATCH OPEN 1/1 -1000'])
  await stage.expect([{ reference: 'A', amountMinor: 9_000n }])
  await stage.run()
  const found = ['AMOUNT_MISMATCH RESOLVED 1/1 -1000 RECLASSIFIED', 'MATCHED SETTLED 1/1 0']
  expect(await stage.items()).toEqual(found)
  stage.clock.set(new Date('2026-11-25T06:00:00.000Z'))
  await stage.statement([{ reference: 'A', day: '2026-11-24' }])
  await stage.run('2026-11-24')
  expect(await stage.items()).toEqual([...found, 'MATCHED SETTLED 1/1 0'])
})

test('a day before others can be run late, and does not make awaited again what was missing', async () => {
  await stage.expect([{ reference: 'A', expectedOn: '2026-11-13' }])
  await stage.run()
  expect(await stage.items()).toEqual(['MISSING_EXTERNALLY OPEN 0/1 -10000'])
  await stage.statement([{ reference: 'B', day: '2026-11-14' }])
  await stage.run('2026-11-14')
  expect(await stage.items()).toEqual(['MISSING_EXTERNALLY OPEN 0/1 -10000', 'MISSING_INTERNALLY OPEN 1/0 10000'])
})

test('lines that are not booked, of later days and of other accounts are left alone', async () => {
  await stage.file(camt({ kind: '054', entries: [ntry('1.00', { status: '<Cd>PDNG</Cd>' })] }))
  await stage.statement([{ day: '2026-11-21' }])
  await stage.statement([{}], { account: 'OTHER' })
  await stage.statement([{}], { tenant: 'north' })
  await stage.run()
  expect(await stage.items()).toEqual([])
  await stage.run('2026-11-21')
  expect(await stage.items()).toEqual(['MISSING_INTERNALLY OPEN 1/0 10000'])
})

test('a batch whose amounts the bank does not say is matched with all that it pays', async () => {
  const references = ['A', 'B', 'C']
  await stage.expect(['D', ...references].map((reference) => ({ reference, expectedOn: '2026-03-02' })))
  const details = references
    .map((reference) => `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs></TxDtls>`)
    .join('')
  await stage.file(camt({ closing: '400.00', entries: [ntry('300.00', { details })] }))
  await stage.run('2026-03-02')
  expect(await stage.items()).toEqual(['MATCHED SETTLED 1/3 0'])
})

test('a movement that was notified and matched is not booked again when its statement comes', async () => {
  const entry = ntry('100.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
  await stage.expect([{ expectedOn: '2026-03-02' }])
  await stage.file(camt({ kind: '054', entries: [entry] }))
  await stage.run('2026-03-02')
  await stage.file(camt({ closing: '200.00', entries: [entry] }))
  const { cases } = await stage.run('2026-03-02')
  expect(cases).toBe(0)
  expect(await stage.items()).toEqual(['DUPLICATE OPEN 1/0 0', 'MATCHED SETTLED 1/1 0'])
  expect(await stage.post()).toBe(0)
})

test('a batch whose transactions were notified by references of their own is booked once', async () => {
  const batch = '<AcctSvcrRef>BANK-1</AcctSvcrRef>'
  const details = ['100.00', '50.00']
    .map((amount) =>
      txDtls(amount, '', 'CRDT').replace('<EndToEndId>', `<AcctSvcrRef>BANK-1-${amount}</AcctSvcrRef><EndToEndId>`),
    )
    .join('')
  await stage.file(camt({ kind: '054', entries: [ntry('150.00', { more: batch, details })] }))
  await stage.run('2026-03-02')
  await stage.file(camt({ closing: '250.00', entries: [ntry('150.00', { more: batch })] }))
  await stage.run('2026-03-02')
  await stage.post()
  expect(await stage.items()).toEqual([
    'DUPLICATE OPEN 1/0 0',
    'MISSING_INTERNALLY OPEN 1/0 10000',
    'MISSING_INTERNALLY OPEN 1/0 5000',
  ])
  expect(await stage.balances()).toMatchObject({ FUNDING: -15_000n, SUSPENSE: 15_000n })
})

test('what was expected twice and came once is a duplicate, also on the days after', async () => {
  await stage.expect([{ reference: 'A' }, { reference: 'A' }])
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  const found = ['DUPLICATE OPEN 0/1 -10000', 'MATCHED SETTLED 1/1 0']
  expect(await stage.items()).toEqual(found)
  await stage.run('2026-11-21')
  expect(await stage.items()).toEqual(found)
})

test('refuses an account that nothing is known of, and a day that has not come', async () => {
  const run = (account: string, day: string) =>
    runReconciliation(stage.db, { account, day, timeZone: ZONE }, stage.provenance())
  expect(await run('NONE', TODAY)).toMatchObject({ ok: false, code: 'ACCOUNT_NOT_FOUND', field: ['account'] })
  expect(await run('NONE', '2026-11-22')).toMatchObject({ ok: false, code: 'DAY_IN_FUTURE', field: ['day'] })
})

test.each([
  ['Asia/Tokyo', '2026-11-20T14:59:59Z', '2026-11-20'],
  ['Asia/Tokyo', '2026-11-20T15:00:00Z', '2026-11-21'],
  ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', '2026-11-21'],
  ['America/New_York', '2026-11-21T04:59:59Z', '2026-11-20'],
  ['America/New_York', '2026-11-21T05:00:00Z', '2026-11-21'],
])('in %s, at %s, the newest day that may be reconciled is %s', async (timeZone, now, today) => {
  stage.clock.set(new Date(now))
  await stage.expect([{ reference: 'A' }])
  const run = (day: string) => runReconciliation(stage.db, { account: ACCOUNT, day, timeZone }, stage.provenance())
  expect(await run(addDays(today, 1))).toMatchObject({ ok: false, code: 'DAY_IN_FUTURE' })
  expect(await run(today)).toMatchObject({ ok: true, value: { run: { day: today } } })
})
