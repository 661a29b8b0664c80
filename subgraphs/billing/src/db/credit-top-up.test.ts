import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { published } from '../events.ts'
import { ADA, type BillingDatabase, BRUNO, BY, createBillingDatabase, usage } from '../testing/billing-database.ts'
import { booksOf, journalled } from '../testing/books.ts'
import type { BillingAccount } from './billing-accounts.ts'
import { chargeUsage } from './charge-usage.ts'
import { creditTopUp, debitRefund, type TopUp } from './credit-top-up.ts'

let billing: BillingDatabase
let ada: BillingAccount
beforeEach(async () => {
  billing = await createBillingDatabase()
  ada = await billing.open(ADA)
})
afterEach(() => billing[Symbol.asyncDispose]())

const topUp = (name: string, change: Partial<TopUp> = {}): TopUp => ({
  paymentId: namedId('pay', name),
  accountId: ada.id,
  amount: { minor: 2_500n, currency: 'EUR' },
  ...change,
})
const credit = (one: TopUp) => inTransaction(billing.db, (tx) => creditTopUp(tx, one, BY))

test('a top-up raises the balance by an entry that names the payment, and is told to the journal', async () => {
  await credit(topUp('one'))
  expect(await booksOf(billing.db, ADA)).toMatchObject({
    balance: 3_500n,
    entrySum: 3_500n,
    entries: 2,
    isGapless: true,
  })
  const events = await journalled(billing.db, 'account.credited')
  expect(events).toMatchObject([{ aggregate_id: ada.id, version: 2 }])
  expect(published['account.credited'].parse(events[0]?.data)).toEqual({
    accountId: ada.id,
    paymentId: namedId('pay', 'one'),
    amount: { amount: '25.00', currency: 'EUR' },
    balanceAfter: { amount: '35.00', currency: 'EUR' },
  })
})

test('the same payment credits once, however often and however concurrently it comes', async () => {
  await Promise.all(Array.from({ length: 8 }, () => credit(topUp('one'))))
  await credit(topUp('one'))
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 3_500n, entries: 2 })
  expect(await journalled(billing.db, 'account.credited')).toHaveLength(1)
})

test('top-ups and usage of one account at the same time lose nothing', async () => {
  const topUps = Array.from({ length: 10 }, (_, at) => credit(topUp(`payment ${at}`)))
  const charges = Array.from({ length: 10 }, (_, at) => chargeUsage(billing.db, [usage(`call ${at}`)], BY))
  await Promise.all([...topUps, ...charges])
  expect(await booksOf(billing.db, ADA)).toMatchObject({
    balance: 1_000n + 10n * 2_500n - 10n * 10n,
    entrySum: 1_000n + 10n * 2_500n - 10n * 10n,
    entries: 21,
    isGapless: true,
  })
})

test('a top-up arms the alerts again', async () => {
  await chargeUsage(billing.db, [usage('a', { quantity: 60 * 100 })], BY)
  await credit(topUp('one', { amount: { minor: 500n, currency: 'EUR' } }))
  await chargeUsage(billing.db, [usage('b')], BY)
  const alerts = await journalled(billing.db, 'balance_alert.raised')
  expect(alerts.map(({ data }) => data.kind)).toEqual(['LOW_BALANCE', 'EXHAUSTED', 'LOW_BALANCE'])
})

test.each<[string, () => Promise<TopUp>, RegExp]>([
  ['an account that is not there', async () => topUp('x', { accountId: namedId('acc', 'nobody') }), /no account/],
  [
    'another currency',
    async () => topUp('x', { amount: { minor: 1n, currency: 'USD' } }),
    /is in USD, account acc_\w+ in EUR/,
  ],
  [
    'a payment that was credited in another currency',
    async () => {
      await credit(topUp('x'))
      return topUp('x', { amount: { minor: 2_500n, currency: 'USD' } })
    },
    /is in USD, account acc_\w+ in EUR/,
  ],
  ['an amount of zero', async () => topUp('x', { amount: { minor: 0n, currency: 'EUR' } }), /balance_entry_sign/],
  [
    'a payment that was credited to another account',
    async () => {
      const bruno = await billing.open(BRUNO)
      await credit(topUp('x', { accountId: bruno.id }))
      return topUp('x')
    },
    /was credited to acc_/,
  ],
  [
    'a payment that was credited with another amount',
    async () => {
      await credit(topUp('x'))
      return topUp('x', { amount: { minor: 1n, currency: 'EUR' } })
    },
    /was credited to acc_\w+ with 2500/,
  ],
])('%s is an error for a person to look at, and nothing is written', async (_, prepare, message) => {
  const wrong = await prepare()
  const before = await booksOf(billing.db, ADA)
  const failure = await credit(wrong).catch((error: Error) => `${error.message} ${error.cause}`)
  expect(failure).toMatch(message)
  expect(await booksOf(billing.db, ADA)).toEqual(before)
})

const takeBack = (one: TopUp) => inTransaction(billing.db, (tx) => debitRefund(tx, one, BY))

test('a refund of a top-up takes back once what it gave, and is told to the journal', async () => {
  await credit(topUp('one'))
  const refund = topUp('its refund', { amount: { minor: 700n, currency: 'EUR' } })
  await Promise.all(Array.from({ length: 8 }, () => takeBack(refund)))
  await takeBack(refund)
  expect(await booksOf(billing.db, ADA)).toMatchObject({
    balance: 2_800n,
    entrySum: 2_800n,
    entries: 3,
    isGapless: true,
  })
  const events = await journalled(billing.db, 'account.debited')
  expect(events).toMatchObject([{ aggregate_id: ada.id, version: 3 }])
  expect(published['account.debited'].parse(events[0]?.data)).toMatchObject({
    paymentId: refund.paymentId,
    amount: { amount: '7.00', currency: 'EUR' },
    balanceAfter: { amount: '28.00', currency: 'EUR' },
  })
})

test('a refund of what was used leaves a debt and raises the alerts of usage', async () => {
  await takeBack(topUp('one', { amount: { minor: 5_000n, currency: 'EUR' } }))
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: -4_000n, isGapless: true })
  const alerts = await journalled(billing.db, 'balance_alert.raised')
  expect(alerts.map(({ data }) => data.kind)).toEqual(['LOW_BALANCE', 'EXHAUSTED'])
})

test('a refund that was taken back with another amount is an error for a person to look at', async () => {
  await takeBack(topUp('one'))
  const other = topUp('one', { amount: { minor: 1n, currency: 'EUR' } })
  await expect(takeBack(other)).rejects.toThrow(/was taken back from acc_\w+ with -2500/)
})
