// The whole way of money through a bank that takes files and gives files.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import { endToEndId } from '../rails/instruction.ts'
import { batch, reason, report, transaction } from '../rails/iso20022/messages.fixture.ts'
import { type BankEntry, booksOf, notification, reconcile, settleAll, statement } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

const HOUR_MS = 3_600_000
let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage({ RAIL_BANK: 'iso20022' })
  // Monday, nine o'clock: the stage begins on a Saturday.
  stage.clock.advance(45 * HOUR_MS)
})
afterAll(() => stage[Symbol.asyncDispose]())

test('money that leaves and comes is instructed, settled by the bank, cleared, and found on the statement', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const { flow, turn } = process
  const create = async (key: string, minor: bigint, type: 'WITHDRAWAL' | 'DEPOSIT' = 'WITHDRAWAL') =>
    takenOnBy(await flow.create(stage.books, orderOf(purse, key, minor, { type })))
  const [paid, rejected, awaited] = [
    await create('paid', 1_000n),
    await create('rejected', 700n),
    await create('awaited', 2_500n, 'DEPOSIT'),
  ]
  expect([paid, rejected, awaited].map(({ status }) => status)).toEqual(Array(3).fill('PROCESSING'))
  await turn()
  const [file = '', ...others] = await stage.outbox()
  expect(others).toEqual([])
  const ids = await Promise.all(
    [paid, rejected, awaited].map(async (one) => (await stage.instructionOf(one)).instruction.id),
  )
  const [paidId, rejectedId, awaitedId] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]]
  expect([...file.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id).sort()).toEqual(
    [paidId, rejectedId].map(endToEndId).sort(),
  )

  const original = /<MsgId>([^<]+)/.exec(file)?.[1] ?? ''
  const rejection = transaction(endToEndId(rejectedId), 'RJCT', reason('AC04', 'account closed'))
  const place = /<PmtInfId>([^<]+)/.exec(file)?.[1] ?? ''
  await stage.receive('1-pain.002.xml', report({ original, batches: batch(place, 'PART', rejection) }))
  await turn()
  expect(await stage.payment(rejected.id)).toMatchObject({
    status: 'FAILED',
    hold: 'RELEASED',
    failure: { code: 'BANK_ACCOUNT_CLOSED', message: 'The account at the bank is closed (AC04: account closed).' },
  })

  const out = { amount: '10.00', sign: 'DBIT', id: paidId } as const
  const comes = { amount: '25.00', sign: 'CRDT', id: awaitedId, isQuoted: true } as const
  await stage.receive('2-camt.054.xml', notification(stage, [out, comes]))
  await stage.receive('3-camt.054.xml', notification(stage, [out]))
  await turn()
  expect(await stage.payment(paid.id)).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED' })
  expect(await stage.payment(awaited.id)).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 6_500n, held: 0n })
  // 50.00 came in before: 10.00 less and 25.00 more are cleared, and not settled before the cut-off.
  expect(await booksOf(stage)).toEqual({ WALLET: 6_500n, RAIL_CLEARING: -1_500n, FUNDING: -5_000n, difference: 0n })
  expect(await settleAll(stage, process)).toBe(0)
  stage.clock.advance(7 * HOUR_MS)
  expect(await settleAll(stage, process)).toBe(1)
  expect(await settleAll(stage, process)).toBe(0)
  expect(await booksOf(stage)).toEqual({ WALLET: 6_500n, FUNDING: -6_500n, difference: 0n })

  expect(await reconcile(stage, statement(stage, [out, comes]))).toEqual(['MATCHED SETTLED 1/1', 'MATCHED SETTLED 1/1'])
  expect(await booksOf(stage)).toEqual({ WALLET: 6_500n, FUNDING: -6_500n, difference: 0n })
  await expectSoundPayments(stage.database)
})

test('a transfer that is awaited can be given up: the bank knows nothing of it', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const awaited = takenOnBy(await flow.create(stage.books, orderOf(purse, 'given up', 900n, { type: 'DEPOSIT' })))
  await turn()
  const by = { actor: purse.userId, correlationId: 'c', requester: { userId: purse.userId, actsForOthers: false } }
  for (let times = 0; times < 2; times += 1)
    expect(await flow.cancel(stage.books, { paymentId: awaited.id, ...by })).toMatchObject({
      ok: true,
      value: { status: 'CANCELLED', hold: 'RELEASED' },
    })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('what a bank sends back for a wallet that is closed is in no wallet: it stands in suspense, and its entry is expected', async () => {
  const purse = await stage.purseWith(1_200n)
  const before = await booksOf(stage)
  const process = stage.process()
  const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'all of it', 1_200n)))
  const { id } = (await stage.instructionOf(paid)).instruction
  await process.turn()
  const out = { amount: '12.00', sign: 'DBIT', id } as const
  const back = { amount: '12.00', sign: 'CRDT', id, returnReason: 'AC04' } as const
  await stage.receive('4-camt.054.xml', notification(stage, [out]))
  await process.turn()
  expect(await stage.payment(paid.id)).toMatchObject({ status: 'COMPLETED' })
  await inTransaction(stage.books.db, (tx) => setAccountStatus(tx, purse.walletId, 'CLOSED'))
  await stage.receive('5-camt.054.xml', notification(stage, [out, back]))
  await process.turn()
  await stage.sweep(process)
  expect(await stage.payment(paid.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  const refunds = (await stage.paymentsOf(purse.userId)).filter(({ type }) => type === 'REFUND')
  expect(refunds.toSorted((a, b) => a.status.localeCompare(b.status))).toMatchObject([
    { status: 'COMPLETED', decision: { explanation: { rule: 'payments.refund.suspense' } } },
    { status: 'FAILED', failure: { code: 'ACCOUNT_CLOSED' } },
  ])
  expect(await findUnapplied(stage.books.db, [paid.id])).toMatchObject([
    {
      accountId: purse.walletId,
      amount: { minor: 1_200n },
      direction: 'IN',
      place: 'SUSPENSE',
      reason: 'ACCOUNT_CLOSED',
    },
  ])
  const found = await reconcile(stage, statement(stage, [out, back]))
  expect(found).toEqual(found.map(() => 'MATCHED SETTLED 1/1'))
  stage.clock.advance(24 * HOUR_MS)
  expect(await settleAll(stage, process)).toBe(1)
  const { WALLET = 0n, ...others } = before
  expect(await booksOf(stage)).toEqual({ ...others, WALLET: WALLET - 1_200n, SUSPENSE: 1_200n })
  await expectSoundPayments(stage.database)
})

test('parts that a bank sends back, told by notifications and by the statement, are each in the wallet once, and found', async () => {
  stage.clock.advance(24 * HOUR_MS)
  const purse = await stage.purseWith(2_000n)
  const process = stage.process()
  const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'in parts', 2_000n)))
  const { id } = (await stage.instructionOf(paid)).instruction
  await process.turn()
  const out = { amount: '20.00', sign: 'DBIT', id } as const
  const [first, second] = (['7.00', '5.50'] as const).map(
    (amount) => ({ amount, sign: 'CRDT', id, returnReason: 'AC04' }) as const,
  ) as [BankEntry, BankEntry]
  for (const [name, entries] of [
    ['6', [out]],
    ['7', [first]],
    ['8', [first, second]],
    ['9', [out, first, second]],
  ] as const) {
    await stage.receive(`${name}-camt.054.xml`, notification(stage, entries))
    await process.turn()
  }
  expect(await stage.payment(paid.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 1_250n })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_250n, held: 0n })
  const found = await reconcile(stage, statement(stage, [out, first, second]))
  expect(found).toEqual(found.map(() => 'MATCHED SETTLED 1/1'))
  await expectSoundPayments(stage.database)
})

test('two parts alike that one statement shows without a reference are two, however often they were told one by one before', async () => {
  const purse = await stage.purseWith(1_000n)
  const process = stage.process()
  const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'two alike', 1_000n)))
  const { id } = (await stage.instructionOf(paid)).instruction
  await process.turn()
  const out = { amount: '10.00', sign: 'DBIT', id } as const
  const part = { amount: '4.00', sign: 'CRDT', id, returnReason: 'AC04' } as const
  const told = async (name: string, content: string, minor: bigint) => {
    await stage.receive(name, content)
    await process.turn()
    await stage.sweep(process)
    expect((await stage.payment(paid.id)).refundedMinor).toBe(minor)
  }
  await told('6-camt.054.xml', notification(stage, [out, part]), 400n)
  // Nothing says whether that is another one: to book one twice would give away what never came.
  await told('7-camt.054.xml', notification(stage, [part, out]), 400n)
  const day = statement(stage, [out, part, part])
  await told('8-camt.053.xml', day, 800n)
  await told('9-camt.053.xml', day, 800n)
  await told('10-camt.053.xml', day.replace('</Document>', ' </Document>'), 800n)
  expect(await stage.instructionOf(paid)).toMatchObject({ returned: { minor: 800n }, contradictions: 0 })
  expect(await stage.wallet(purse)).toEqual({ balance: 800n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('two parts alike that a bank books in one entry under one reference are two, in whatever it tells that entry again', async () => {
  stage.clock.advance(24 * HOUR_MS)
  const purse = await stage.purseWith(1_000n)
  const process = stage.process()
  const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'in one entry', 1_000n)))
  const { id } = (await stage.instructionOf(paid)).instruction
  await process.turn()
  const out = { amount: '10.00', sign: 'DBIT', id } as const
  const batch = { reference: 'RETURNS-1', count: 2 }
  const both = { amount: '4.00', sign: 'CRDT', id, returnReason: 'AC04', batch } as const
  const day = statement(stage, [out, both])
  for (const [at, content] of [notification(stage, [out, both]), notification(stage, [both]), day, day].entries()) {
    await stage.receive(`in-one-entry-${at}.xml`, content.replace('</Document>', `${' '.repeat(at)}</Document>`))
    await process.turn()
    await stage.sweep(process)
    expect((await stage.payment(paid.id)).refundedMinor).toBe(800n)
  }
  expect(await stage.instructionOf(paid)).toMatchObject({ returned: { minor: 800n }, contradictions: 0 })
  expect(await stage.wallet(purse)).toEqual({ balance: 800n, held: 0n })
  const before = (await booksOf(stage)).SUSPENSE
  const open = (await reconcile(stage, day)).filter((item) => item.includes('OPEN'))
  expect({ open, suspense: (await booksOf(stage)).SUSPENSE }).toEqual({ open: [], suspense: before })
  await expectSoundPayments(stage.database)
})

test.each([
  ['one return', 1, 400n],
  ['two alike', 2, 800n],
])(
  '%s that a bank names by its entry in one message, and by its transaction as well in another one, counts once',
  async (_, count, minor) => {
    stage.clock.advance(24 * HOUR_MS)
    const purse = await stage.purseWith(1_000n)
    const process = stage.process()
    const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, `named ${count}`, 1_000n)))
    const { id } = (await stage.instructionOf(paid)).instruction
    await process.turn()
    const out = { amount: '10.00', sign: 'DBIT', id } as const
    const part = { amount: '4.00', sign: 'CRDT', id, returnReason: 'AC04' } as const
    const batch = { reference: `ENTRY-${count}`, count }
    const [short, long] = [
      { ...part, batch },
      { ...part, batch: { ...batch, own: ['T-1', 'T-2'] } },
    ]
    for (const [at, entries] of [[out, short], [long], [short], [long]].entries()) {
      const content = notification(stage, entries).replaceAll('S-1', `N-${count}-${at}`)
      await stage.receive(`named-${count}-${at}.xml`, content)
      await process.turn()
      await stage.sweep(process)
      expect((await stage.payment(paid.id)).refundedMinor).toBe(minor)
    }
    expect(await stage.instructionOf(paid)).toMatchObject({ returned: { minor }, contradictions: 0 })
    await expectSoundPayments(stage.database)
  },
)

test('of two parts alike that are told one by one without a reference, the second is a case that people see', async () => {
  stage.clock.advance(24 * HOUR_MS)
  const purse = await stage.purseWith(1_000n)
  const process = stage.process()
  const paid = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'one by one', 1_000n)))
  const { id } = (await stage.instructionOf(paid)).instruction
  await process.turn()
  const out = { amount: '10.00', sign: 'DBIT', id } as const
  const part = { amount: '4.00', sign: 'CRDT', id, returnReason: 'AC04' } as const
  const suspense = async () => (await booksOf(stage)).SUSPENSE ?? 0n
  const before = await suspense()
  const hear = async (name: string, content: string) => {
    await stage.receive(name, content)
    await process.turn()
    await stage.sweep(process)
  }
  const told = [[out, part], [part]].map((entries, at) => notification(stage, entries).replaceAll('S-1', `N-${at}`))
  for (const [at, content] of told.entries()) await hear(`one-by-one-${at}-camt.054.xml`, content)
  expect((await stage.payment(paid.id)).refundedMinor).toBe(400n)
  const open = (items: readonly string[]) => items.filter((item) => item.includes('OPEN'))
  expect(open(await reconcile(stage, told[0] ?? ''))).toEqual([])
  expect(open(await reconcile(stage, told[1] ?? ''))).toEqual(['DUPLICATE OPEN 1/0'])
  expect((await suspense()) - before).toBe(400n)
  // Whoever sees it looks at the bank, or lets the day's statement say that they are two.
  await hear('one-by-one-camt.053.xml', statement(stage, [out, part, part]))
  expect((await stage.payment(paid.id)).refundedMinor).toBe(800n)
  expect(open(await reconcile(stage, told[1] ?? ''))).toEqual([])
  expect(await suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test.each([
  ['2026-12-08T23:30:00.000Z', '2026-12-09'],
  ['2027-06-30T22:30:00.000Z', '2027-07-01'],
])('what is instructed at %s is of the day that it is at the bank: %s', async (at, day) => {
  stage.clock.set(new Date(at))
  const purse = await stage.purseWith(1_000n)
  const { flow } = stage.process()
  const { id } = takenOnBy(await flow.create(stage.books, orderOf(purse, `just before ${day}`, 1_000n)))
  expect((await stage.instructionOf(await stage.payment(id))).instruction.executionDate).toBe(day)
})

test('the operator is named in the characters that banks carry, also as who sends the file', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow, turn } = stage.process({ settings: { RAIL_OPERATOR_NAME: 'Größe & Co' } })
  takenOnBy(await flow.create(stage.books, orderOf(purse, 'named', 1_000n)))
  await turn()
  const names = (await stage.outbox()).flatMap((file) => [...file.matchAll(/<(InitgPty|Dbtr)><Nm>(Gr[^<]+)/g)])
  expect(names.map(([, side, name]) => [side, name])).toEqual([
    ['InitgPty', 'Grosse + Co'],
    ['Dbtr', 'Grosse + Co'],
  ])
})
