// A remittance through all its subgraphs: checked by risk, held for a person, reported, approved there, debited, and delivered
// over the sandbox; and one that comes back whole.

import { deposit } from '@carriergraph/payments/flow/deposit.ts'
import { readRates } from '@carriergraph/payments/fx/file/read-rates.ts'
import { importRates } from '@carriergraph/payments/fx/import/import-rates.ts'
import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { namedId, newId } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let operator: string

beforeAll(async () => {
  stack = await startStack({ REMITTANCE_LIMIT_USD: '20000.00' })
  operator = await stack.token({ role: 'operator' })
  await prepare(stack.databases.payments.url)
})
afterAll(() => stack[Symbol.asyncDispose]())

const ada = { user: namedId('usr', 'demo/ada'), wallet: namedId('led', 'demo/ada') }

/** What a treasurer and a bank would have done: yesterday's rate of the dollar, and money in the wallet. */
async function prepare(url: string): Promise<void> {
  const log = createLog({ service: 'test', level: 'silent' })
  const database = openDatabase({ url, applicationName: 'treasury', log })
  const books = { tenant: 'demo', db: database.forTenant('demo') }
  const today = dayOf(new Date())
  const file = readRates(`Date,USD\n${addDays(today, -1)},1.1684\n`, today)
  if (!file.ok) throw new Error('The rates are faulty.')
  const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
  await importRates(books.db, toImport, { actor: 'svc:test', correlationId: 'c', now: new Date() })
  const amount = { minor: 2_000_000n, currency: 'EUR' } as const
  const toDeposit = { transferId: newId('tfr'), walletId: ada.wallet, amount, reference: 'test' }
  await deposit(new Ledgers(() => new Date()), books, toDeposit)
  await database.close({ timeout_s: 1 })
}

const data = async (query: string, variables: Record<string, unknown> = {}) => {
  const answer = await ask(stack.graphUrl, operator, query, variables)
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

const QUOTE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { id } errors { code } } }`
const CREATE = `mutation ($input: CreateRemittanceInput!) { createRemittance(input: $input) {
  remittance { id status usdEquivalent assessment { decision reasons { code } largeTransactionReport {
    usdEquivalent beneficiaryBankCountry beneficiaryBic delivered { currency } customerRate } } }
  errors { code } } }`
const DECIDE = `mutation ($input: DecideReviewInput!) { decideReview(input: $input) {
  remittanceReview { status } errors { code } } }`

async function sent(debitedAmount: string, country: string, message: string) {
  const quote = {
    idempotencyKey: newId('evt'),
    ownerId: ada.user,
    sourceCurrency: 'EUR',
    targetCurrency: 'USD',
    debitedAmount,
  }
  const { createFxQuote } = await data(QUOTE, { input: quote })
  const { createRemittance } = await data(CREATE, {
    input: {
      idempotencyKey: newId('evt'),
      quoteId: createFxQuote.quote.id,
      sourceAccountId: ada.wallet,
      beneficiary: { name: 'Grace Hopper', country, accountNumber: '000123456789', bic: 'CHASUS33' },
      purpose: 'PROPERTY',
      sourceOfFunds: 'SAVINGS',
      message,
    },
  })
  expect(createRemittance.errors).toEqual([])
  return createRemittance.remittance
}

/** An operator decides in risk, as soon as risk has heard from payments that it waits. */
const approve = (remittanceId: string) =>
  until(async () => {
    const input = { remittanceId, decision: 'APPROVE', reason: 'Known customer, papers seen.' }
    return (await data(DECIDE, { input })).decideReview.remittanceReview?.status === 'APPROVED'
  })

/** Cents. */
async function balance(): Promise<bigint> {
  const query = 'query ($id: ID!) { ledgerAccount(id: $id) { balance { amount } } }'
  return BigInt((await data(query, { id: ada.wallet })).ledgerAccount.balance.amount.replace('.', ''))
}

/** Whose money it is and what for, as the rail was told; the name is risk's. */
async function toldTheBank(id: string): Promise<unknown> {
  const log = createLog({ service: 'test', level: 'silent' })
  const database = openDatabase({ url: stack.databases.payments.url, applicationName: 'bank', log })
  const [row] = await database.sql.system`select on_behalf_of as told from rail_instruction where reference = ${id}`
  await database.close({ timeout_s: 1 })
  return row?.told
}

const statusOf = async (id: string): Promise<string> =>
  (await data(`query ($id: ID!) { remittance(id: $id) { status } }`, { id })).remittance.status

it('is reported and held, approved by a person in risk, debited, delivered, and adds up to the cent', async () => {
  const before = await balance()
  const held = await sent('9000.00', 'MM', 'SANDBOX NONE')
  expect(held).toMatchObject({
    status: 'REVIEW',
    usdEquivalent: '10515.60',
    assessment: {
      decision: 'REVIEW',
      largeTransactionReport: {
        usdEquivalent: '10515.60',
        beneficiaryBankCountry: 'US',
        beneficiaryBic: 'CHASUS33',
        delivered: { currency: 'USD' },
        customerRate: expect.any(String),
      },
    },
  })
  expect(await balance()).toBe(before)
  await approve(held.id)
  await until(async () => (await statusOf(held.id)) === 'COMPLETED')
  const { remittance } = await data(
    `query ($id: ID!) { remittance(id: $id) {
      debited { amount } fees { amount } deliveredAtMid { amount } spread { amount } rounding { amount }
      delivered { amount currency } review { status reason } decision { source outcome }
      history { status } beneficiary { maskedAccount } } }`,
    { id: held.id },
  )
  const cents = (part: string) => BigInt(remittance[part].amount.replace('.', ''))
  expect(cents('debited')).toBe(cents('fees') + cents('deliveredAtMid') + cents('spread') + cents('rounding'))
  expect(remittance).toMatchObject({
    debited: { amount: '9000.00' },
    delivered: { currency: 'USD' },
    decision: { source: 'REVIEW', outcome: 'APPROVE' },
    review: { status: 'APPROVED', reason: 'Known customer, papers seen.' },
    beneficiary: { maskedAccount: '…6789' },
  })
  expect(remittance.history.map(({ status }: { status: string }) => status)).toEqual([
    'SCREENING',
    'REVIEW',
    'APPROVED',
    'DEBITED',
    'SENDING',
    'SETTLING',
    'COMPLETED',
  ])
  expect(await balance()).toBe(before - 900_000n)
  expect(await toldTheBank(held.id)).toEqual({ name: 'Ada Okafor', purpose: 'PROPERTY' })
})

it('what the bank declines comes back whole', async () => {
  const before = await balance()
  const { id, status } = await sent('1000.00', 'US', 'SANDBOX DECLINE-LATER AC04')
  if (status === 'REVIEW') await approve(id)
  await until(async () => (await statusOf(id)) === 'REFUNDED')
  expect(await balance()).toBe(before)
})
