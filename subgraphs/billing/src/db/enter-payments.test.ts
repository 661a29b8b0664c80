import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { published } from '../events.ts'
import { ADA, type BillingDatabase, BRUNO, BY, createBillingDatabase, NOW, usage } from '../testing/billing-database.ts'
import { booksOf, journalled } from '../testing/books.ts'
import type { BillingAccount } from './billing-accounts.ts'
import { chargeUsage } from './charge-usage.ts'
import { enterPayments, type ToldPayment } from './enter-payments.ts'

let billing: BillingDatabase
let ada: BillingAccount
beforeEach(async () => {
  billing = await createBillingDatabase()
  ada = await billing.open(ADA)
})
afterEach(() => billing[Symbol.asyncDispose]())

const topUp = (name: string, change: Partial<ToldPayment> = {}): ToldPayment => ({
  kind: 'TOP_UP',
  paymentId: namedId('pay', name),
  accountId: ada.id,
  amount: { minor: 2_500n, currency: 'EUR' },
  by: { actor: BY.actor, correlationId: BY.correlationId },
  ...change,
})
const enter = (...payments: ToldPayment[]) => inTransaction(billing.db, (tx) => enterPayments(tx, payments, NOW))

test('a top-up raises the balance by an entry that names the payment, and is told to the journal', async () => {
  await enter(topUp('one'))
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
  await Promise.all(Array.from({ length: 8 }, () => enter(topUp('one'))))
  await enter(topUp('one'))
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 3_500n, entries: 2 })
  expect(await journalled(billing.db, 'account.credited')).toHaveLength(1)
})

test('top-ups and usage of one account at the same time lose nothing', async () => {
  const topUps = Array.from({ length: 10 }, (_, at) => enter(topUp(`payment ${at}`)))
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
  await enter(topUp('one', { amount: { minor: 500n, currency: 'EUR' } }))
  await chargeUsage(billing.db, [usage('b')], BY)
  const alerts = await journalled(billing.db, 'balance_alert.raised')
  expect(alerts.map(({ data }) => data.kind)).toEqual(['LOW_BALANCE', 'EXHAUSTED', 'LOW_BALANCE'])
})

test.each<[string, () => Promise<ToldPayment>, RegExp]>([
  ['an account that is not there', async () => topUp('x', { accountId: namedId('acc', 'nobody') }), /no account/],
  [
    'another currency',
    async () => topUp('x', { amount: { minor: 1n, currency: 'USD' } }),
    /is in USD, account acc_\w+ in EUR/,
  ],
  [
    'a payment that was credited in another currency',
    async () => {
      await enter(topUp('x'))
      return topUp('x', { amount: { minor: 2_500n, currency: 'USD' } })
    },
    /is in USD, account acc_\w+ in EUR/,
  ],
  ['an amount of zero', async () => topUp('x', { amount: { minor: 0n, currency: 'EUR' } }), /balance_entry_sign/],
  [
    'a payment that was credited to another account',
    async () => {
      const bruno = await billing.open(BRUNO)
      await enter(topUp('x', { accountId: bruno.id }))
      return topUp('x')
    },
    /was credited to acc_/,
  ],
  [
    'a payment that was credited with another amount',
    async () => {
      await enter(topUp('x'))
      return topUp('x', { amount: { minor: 1n, currency: 'EUR' } })
    },
    /was credited to acc_\w+ with 2500/,
  ],
])('%s is an error for a person to look at, and nothing is written', async (_, prepare, message) => {
  const wrong = await prepare()
  const before = await booksOf(billing.db, ADA)
  const failure = await enter(wrong).catch((error: Error) => `${error.message} ${error.cause}`)
  expect(failure).toMatch(message)
  expect(await booksOf(billing.db, ADA)).toEqual(before)
})

const refund = (name: string, change: Partial<ToldPayment> = {}) => topUp(name, { kind: 'REFUND', ...change })

test('a refund of a top-up takes back once what it gave, and is told to the journal', async () => {
  await enter(topUp('one'))
  const given = refund('its refund', { amount: { minor: 700n, currency: 'EUR' } })
  await Promise.all(Array.from({ length: 8 }, () => enter(given)))
  await enter(given)
  expect(await booksOf(billing.db, ADA)).toMatchObject({
    balance: 2_800n,
    entrySum: 2_800n,
    entries: 3,
    isGapless: true,
  })
  const events = await journalled(billing.db, 'account.debited')
  expect(events).toMatchObject([{ aggregate_id: ada.id, version: 3 }])
  expect(published['account.debited'].parse(events[0]?.data)).toMatchObject({
    paymentId: given.paymentId,
    amount: { amount: '7.00', currency: 'EUR' },
    balanceAfter: { amount: '28.00', currency: 'EUR' },
  })
})

test('a refund of what was used leaves a debt and raises the alerts of usage', async () => {
  await enter(refund('one', { amount: { minor: 5_000n, currency: 'EUR' } }))
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: -4_000n, isGapless: true })
  const alerts = await journalled(billing.db, 'balance_alert.raised')
  expect(alerts.map(({ data }) => data.kind)).toEqual(['LOW_BALANCE', 'EXHAUSTED'])
})

test('a refund that was taken back with another amount is an error for a person to look at', async () => {
  await enter(refund('one'))
  const other = refund('one', { amount: { minor: 1n, currency: 'EUR' } })
  await expect(enter(other)).rejects.toThrow(/was taken back from acc_\w+ with -2500/)
})

test('payments of several accounts, some twice among them, are entered as if one came after the other', async () => {
  const bruno = await billing.open(BRUNO)
  await enter(topUp('earlier'))
  const told = [
    topUp('one'),
    topUp('for bruno', { accountId: bruno.id }),
    topUp('earlier'),
    refund('of one', { amount: { minor: 6_500n, currency: 'EUR' } }),
    topUp('one'),
    topUp('two', { amount: { minor: 1n, currency: 'EUR' } }),
  ]
  // Two kinds are looked for, and there is an alert to write.
  expect(await countStatements([billing.url], () => enter(...told))).toBe(6)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: -499n, entrySum: -499n, entries: 5, isGapless: true })
  expect(await booksOf(billing.db, BRUNO)).toMatchObject({ balance: 3_500n, entries: 2, isGapless: true })
  const versions = async (type: string, { id }: BillingAccount) =>
    (await journalled(billing.db, type)).filter((event) => event.aggregate_id === id).map(({ version }) => version)
  expect(await versions('account.credited', ada)).toEqual([2, 3, 5])
  expect(await versions('account.debited', ada)).toEqual([4])
  expect(await versions('account.credited', bruno)).toEqual([2])
  const alerts = await journalled(billing.db, 'balance_alert.raised')
  expect(alerts.map(({ data }) => [data.kind, data.accountId])).toEqual([
    ['LOW_BALANCE', ada.id],
    ['EXHAUSTED', ada.id],
  ])
})

test('of payments at once, one that is at fault keeps all from being entered', async () => {
  const before = await booksOf(billing.db, ADA)
  const foreign = topUp('foreign', { amount: { minor: 1n, currency: 'USD' } })
  await expect(enter(topUp('one'), foreign)).rejects.toThrow(/is in USD/)
  expect(await booksOf(billing.db, ADA)).toEqual(before)
  expect(await journalled(billing.db, 'account.credited')).toEqual([])
})
