// Entries in which the bank has taken its charges together with what leaves, told by one statement alone.

import { dayOf } from '@carriergraph/shared/day.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Payment } from '../domain/payment.ts'
import { registerInstruction } from '../rails/drive.ts'
import { endToEndId } from '../rails/instruction.ts'
import { railFees } from '../rails/rail-fees.ts'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { booksOf, reconcile, settleAll } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { orderOf, type Process, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

const DAY_MS = 86_400_000
let stage: RailsStage
let purse: Purse
let process: Process
beforeEach(async () => {
  stage = await setRailsStage({ RAIL_BANK: 'iso20022', RAIL_FEES: railFees.parse('iso20022/EUR=0.25+10bp') })
  purse = await stage.purseWith(50_000n)
  process = stage.process()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** As many withdrawals, which the bank has. */
async function withdrawals(...minor: bigint[]): Promise<Payment[]> {
  const payments: Payment[] = []
  for (const [at, each] of minor.entries())
    payments.push(takenOnBy(await process.flow.create(stage.books, orderOf(purse, `w${at}`, each))))
  await process.turn()
  return payments
}

const idsOf = (payments: readonly Payment[]) =>
  Promise.all(payments.map(async (payment) => (await stage.instructionOf(payment)).instruction.id))

const statusesOf = (payments: readonly Payment[]) =>
  Promise.all(payments.map(async ({ id }) => (await stage.payment(id)).status))

const record = (amount: string, flag = '<ChrgInclInd>true</ChrgInclInd>') =>
  `<Rcrd><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>${flag}</Rcrd>`

const transaction = (id: Id<'ins'> | undefined, amount?: string, ...charges: string[]) =>
  `<TxDtls><Refs><EndToEndId>${id === undefined ? 'NOTPROVIDED' : endToEndId(id)}</EndToEndId></Refs>${
    amount === undefined ? '' : `<Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>`
  }${charges.length === 0 ? '' : `<Chrgs>${charges.join('')}</Chrgs>`}</TxDtls>`

/** camt.053 of an account that had 1,000.00 and has this one debit. */
function debited(amount: string, closing: string, ...transactions: string[]): string {
  const entry = ntry(amount, { sign: 'DBIT', details: transactions.join('') })
  const content = camt({ opening: '1000.00', closing, entries: [entry] })
  return content.replaceAll(/2026-03-0[23]/g, dayOf(stage.clock()))
}

async function bankTells(content: string, name = '1-camt.053.xml'): Promise<void> {
  await stage.receive(name, content)
  await process.turn()
}

async function expectSettled(paid: { moved: bigint; fees: bigint }): Promise<void> {
  stage.clock.advance(3 * DAY_MS)
  await settleAll(stage, process)
  const left = 50_000n - paid.moved
  expect(await booksOf(stage)).toEqual({
    WALLET: left,
    FUNDING: -left + paid.fees,
    BANK_FEES: -paid.fees,
    difference: 0n,
  })
  await expectSoundPayments(stage.database)
}

test.each<[string, string[]]>([
  ['one that it says is included', [record('0.35')]],
  ['several', [record('0.25'), record('0.10')]],
  ['one of which it does not say whether it is included', [record('0.35', '')]],
])('a withdrawal completes by an entry that has the bank’s charges in it: %s', async (_, charges) => {
  const paid = await withdrawals(10_000n)
  const [id] = await idsOf(paid)
  const content = debited('100.35', '899.65', transaction(id, '100.00', ...charges))
  await bankTells(content)
  expect(await statusesOf(paid)).toEqual(['COMPLETED'])
  expect(await stage.wallet(purse)).toEqual({ balance: 40_000n, held: 0n })
  expect(await reconcile(stage, content)).toEqual(['MATCHED SETTLED 1/2'])
  await expectSettled({ moved: 10_000n, fees: 35n })
})

test('a batch of which the bank tells the references and one amount completes all that is in it, once', async () => {
  const paid = await withdrawals(2_000n, 3_000n)
  const content = debited('50.00', '950.00', ...(await idsOf(paid)).map((id) => transaction(id)))
  await bankTells(content)
  expect(await statusesOf(paid)).toEqual(['COMPLETED', 'COMPLETED'])
  await bankTells(content, '2-camt.053.xml')
  expect(await stage.wallet(purse)).toEqual({ balance: 45_000n, held: 0n })
  // The fees are booked another day.
  expect(await reconcile(stage, content)).toEqual(['MATCHED SETTLED 1/2'])
  await expectSettled({ moved: 5_000n, fees: 55n })
})

test('so it does where the charges of the batch are in its amount', async () => {
  const paid = await withdrawals(2_000n, 3_000n)
  const ids = await idsOf(paid)
  const content = debited('50.55', '949.45', ...ids.map((id) => transaction(id))).replace(
    '<NtryDtls>',
    `<Chrgs>${record('0.55')}</Chrgs><NtryDtls>`,
  )
  await bankTells(content)
  expect(await statusesOf(paid)).toEqual(['COMPLETED', 'COMPLETED'])
  expect(await reconcile(stage, content)).toEqual(['MATCHED SETTLED 1/4'])
  await expectSettled({ moved: 5_000n, fees: 55n })
})

test('it completes nothing where one of the batch is unknown, or of another rail', async () => {
  const [paid] = await withdrawals(2_000n)
  if (paid === undefined) throw new Error('Nothing was withdrawn.')
  const { instruction } = await stage.instructionOf(paid)
  const elsewhere = { ...instruction, id: newId('ins') }
  const registered = await inTransaction(stage.books.db, (tx) =>
    registerInstruction(tx, elsewhere, 'sandbox', stage.clock()),
  )
  expect(registered.ok).toBe(true)
  for (const [at, other] of [newId('ins'), elsewhere.id].entries())
    await bankTells(debited('40.00', '960.00', transaction(instruction.id), transaction(other)), `${at}.xml`)
  expect(await statusesOf([paid])).toEqual(['PROCESSING'])
})

test('it completes nothing where one of the batch has no reference: that may be what makes up for one that was not paid', async () => {
  const paid = await withdrawals(2_000n, 3_000n)
  const ids = await idsOf(paid)
  await bankTells(debited('50.00', '950.00', ...[...ids, undefined].map((id) => transaction(id))))
  expect(await statusesOf(paid)).toEqual(['PROCESSING', 'PROCESSING'])
})

test('what is charged for each transfer of a batch is matched with the fee of that transfer', async () => {
  const paid = await withdrawals(3_000n, 3_000n, 3_000n)
  const [alone, one, two] = await idsOf(paid)
  // Its fee is booked another day, and is as large as those of the others.
  await bankTells(debited('30.00', '970.00', transaction(alone)), 'alone.xml')
  const content = debited(
    '60.56',
    '939.44',
    transaction(one, '30.00', record('0.20'), record('0.08')),
    transaction(two, '30.00', record('0.28', '')),
  )
  await bankTells(content)
  expect(await statusesOf(paid)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
  expect(await reconcile(stage, content)).toEqual(Array(4).fill('MATCHED SETTLED 1/1'))
  await expectSettled({ moved: 9_000n, fees: 84n })
})
