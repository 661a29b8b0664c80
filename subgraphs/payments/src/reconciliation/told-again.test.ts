// What a bank tells again: by another message under its own reference, or as a table that was exported twice.

import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { ACCOUNT, type ReconciliationStage, setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { dismissalsOn } from './dismissals.fixture.ts'
import { approveWriteOff, requestWriteOff } from './write-off.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const DAY = '2026-03-02'
/** 100.00 of RENT-7, by a reference of the bank. */
const entry = (bankReference: string, day = DAY) =>
  ntry('100.00', {
    more: `<AcctSvcrRef>${bankReference}</AcctSvcrRef>`,
    details: '<TxDtls><Refs><EndToEndId>RENT-7</EndToEndId></Refs></TxDtls>',
  }).replaceAll(DAY, day)
const notified = (statement: string, ...entries: string[]) => stage.file(camt({ kind: '054', statement, entries }))
const stated = (statement: string, opening: string, closing: string, ...entries: string[]) =>
  stage.file(camt({ statement, opening, closing, entries }))
const rent = (expectedOn = DAY) => ({ reference: 'RENT-7', expectedOn })
const resolve = () => autoResolve(stage.db, ACCOUNT, stage.provenance())

test('what was notified as a repetition, and is then stated, is in the books once', async () => {
  await stage.expect([rent()])
  await stated('S-1', '0.00', '100.00', entry('B-1'))
  await stage.run()
  await notified('N-2', entry('B-2', '2026-03-04'))
  await stage.run()
  await stage.post()
  expect(await stage.balances()).toMatchObject({ FUNDING: -20_000n, SUSPENSE: 10_000n })
  await stated('S-2', '100.00', '200.00', entry('B-2', '2026-03-04'))
  await stage.run()
  await resolve()
  await stage.post()
  expect(await stage.balances()).toMatchObject({ FUNDING: -20_000n, SUSPENSE: 10_000n })
  expect(await stage.cases()).toHaveLength(1)
  await stage.expectSoundBooks()
})

test.each([
  ['the rest of an invoice', [{ ...rent(), amountMinor: 20_000n }], ['AMOUNT_MISMATCH OPEN 1/1 -10000']],
  ['the rent of the month after', [rent(), rent('2026-04-02')], ['MATCHED SETTLED 1/1 0']],
])('what a message tells again does not pay %s', async (_, expected, first) => {
  await stage.expect(expected)
  for (const statement of ['N-1', 'N-1b']) {
    await notified(statement, entry('B-1'))
    await stage.run('2026-03-03')
    await resolve()
  }
  expect(await stage.items()).toEqual([...first, 'DUPLICATE OPEN 1/0 10000'].toSorted())
})

test('a table that was exported twice makes no sum of itself, and its second lines are cases of their own', async () => {
  await stage.expect([
    { reference: 'A', amountMinor: 20_000n },
    { reference: 'B', amountMinor: 50_000n },
  ])
  for (const _ of ['once', 'again']) {
    await stage.statement([{ reference: 'A' }, { reference: 'B' }])
    await resolve()
    await stage.run()
    await resolve()
  }
  expect((await stage.items()).filter((item) => item.includes('OPEN'))).toEqual([
    'AMOUNT_MISMATCH OPEN 1/1 -10000',
    'AMOUNT_MISMATCH OPEN 1/1 -40000',
    'DUPLICATE OPEN 1/0 10000',
    'DUPLICATE OPEN 1/0 10000',
  ])
})

async function reconcile(): Promise<void> {
  await stage.run()
  await resolve()
  await stage.run()
  await stage.post()
}

const terminal = ntry('100.00', { more: '<AcctSvcrRef>TERMINAL-1</AcctSvcrRef>' })

test.each(['each statement is reconciled when it comes', 'both are reconciled at once'])(
  'a movement under a reference that the bank uses again is not taken for the one that a notification told: %s',
  async (how) => {
    await stage.expect([{ expectedOn: DAY }])
    await notified('N-1', terminal)
    await stage.run()
    await stated('S-1', '100.00', '200.00', terminal)
    if (how.startsWith('each')) await reconcile()
    await stated('S-2', '200.00', '300.00', terminal.replaceAll(DAY, '2026-03-04'))
    await reconcile()
    expect(await stage.items()).toEqual([
      'DUPLICATE OPEN 1/0 10000',
      'DUPLICATE RESOLVED 1/0 0 ALREADY_TOLD',
      'MATCHED SETTLED 1/1 0',
    ])
    expect(await stage.balances()).toEqual({ FUNDING: -20_000n, SUSPENSE: 10_000n })
    await stage.expectSoundBooks()
  },
)

const parts = ['500.00', '200.00'].map((amount, at) => {
  const refs = `<Refs><EndToEndId>X-${at}</EndToEndId></Refs>`
  return `<TxDtls>${refs}<Amt Ccy="EUR">${amount}</Amt></TxDtls>`
})
const more = '<AcctSvcrRef>BATCH-1</AcctSvcrRef>'
const [whole, details] = [ntry('700.00', { more }), ntry('700.00', { more, details: parts.join('') })]

test.each([
  ['whole, in its parts, and stated whole', [whole, details, whole]],
  ['in its parts, whole, and stated whole', [details, whole, whole]],
  ['whole, in its parts, and stated so', [whole, details, details]],
])('an entry is in the books once that is notified %s', async (_, [first = '', second = '', third = '']) => {
  const batched = [50_000n, 20_000n].map((amountMinor, at) => ({ reference: `X-${at}`, amountMinor, expectedOn: DAY }))
  await stage.expect(batched)
  await notified('N-1', first)
  await reconcile()
  await notified('N-2', second)
  await reconcile()
  expect(await stage.balances()).toEqual({ FUNDING: -70_000n })
  await stated('S-1', '0.00', '700.00', third)
  await reconcile()
  expect(await stage.balances()).toEqual({ FUNDING: -70_000n })
  expect(await stage.cases()).toEqual([])
  await stage.expectSoundBooks()
})

const CHARGES =
  '<Chrgs><Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>'
const charged = (amount: string, references: readonly string[], charges: string) =>
  ntry(amount, {
    sign: 'DBIT',
    more,
    details: references
      .map((of) => `<TxDtls><Refs><EndToEndId>${of}</EndToEndId></Refs><Amt Ccy="EUR">20.00</Amt>${charges}</TxDtls>`)
      .join(''),
  })

test.each([
  ['of a batch that was matched before', ['X-1', 'X-2'], ['40.00', '40.50'], true],
  ['of one movement, on the day that it was notified', ['X-1'], ['20.00', '20.25'], false],
])(
  'what only the statement tells the charges with is in the books once: %s',
  async (_, references, amounts, isBefore) => {
    const expected = references.flatMap((reference) =>
      [-2_000n, -25n].map((amountMinor) => ({ reference, amountMinor })),
    )
    await stage.expect(expected.map((movement) => ({ ...movement, expectedOn: DAY })))
    const [without = '', all = ''] = amounts
    await notified('N-1', charged(without, references, ''))
    if (isBefore) await reconcile()
    await stated('S-1', all, '0.00', charged(all, references, CHARGES))
    await reconcile()
    expect(await stage.balances()).toEqual({ FUNDING: BigInt(all.replace('.', '')) })
    expect(await stage.cases()).toEqual([])
    await stage.expectSoundBooks()
  },
)

test('of one movement that was matched before, what only the statement tells inside is a case of the charges', async () => {
  await stage.expect([{ reference: 'X-1', amountMinor: -2_000n, expectedOn: DAY }])
  await notified('N-1', charged('20.00', ['X-1'], ''))
  await reconcile()
  await stated('S-1', '20.25', '0.00', charged('20.25', ['X-1'], CHARGES))
  await reconcile()
  expect(await stage.items()).toEqual(['AMOUNT_MISMATCH OPEN 1/0 -25', 'MATCHED SETTLED 1/1 0'])
  expect(await stage.balances()).toEqual({ FUNDING: 2_025n, SUSPENSE: -25n })
  const [caseId = newId('rci')] = await stage.cases('AMOUNT_MISMATCH')
  const by = (personId: Id<'usr'>) => ({ provenance: stage.provenance(personId), personId })
  const [asks, approves] = [newId('usr'), newId('usr')]
  await requestWriteOff(stage.db, { caseId, reason: 'The bank took it.' }, by(asks))
  await approveWriteOff(stage.db, { caseId }, by(approves))
  await reconcile()
  expect(await stage.balances()).toEqual({ FUNDING: 2_025n, WRITE_OFFS: -25n })
  await stage.expectSoundBooks()
})

test('of a batch that was notified twice, a part is dismissed, and then it is stated: it is in the books once', async () => {
  for (const statement of ['N-1', 'N-2']) await notified(statement, details)
  await stage.run()
  await dismissalsOn(stage).dismiss()
  await stated('S-1', '0.00', '700.00', details)
  await reconcile()
  expect(await stage.cases('DUPLICATE')).toEqual([])
  expect(await stage.balances()).toEqual({ FUNDING: -70_000n, SUSPENSE: 70_000n })
  await stage.expectSoundBooks()
})
