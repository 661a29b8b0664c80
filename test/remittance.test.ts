// A remittance through all its subgraphs: checked by risk, held for a person, reported, approved there, debited, and delivered
// over the sandbox; and one that comes back whole.

import { readRates } from '@carriergraph/payments/fx/file/read-rates.ts'
import { importRates } from '@carriergraph/payments/fx/import/import-rates.ts'
import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { namedId, newId } from '@carriergraph/shared/ids.ts'
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
  await importDollar(stack.databases.payments.url)
})
afterAll(() => stack[Symbol.asyncDispose]())

const ada = { user: namedId('usr', 'demo/ada'), wallet: namedId('led', 'demo/ada') }

async function importDollar(url: string): Promise<void> {
  const database = openDatabase({ url, applicationName: 'rates', log: createLog({ service: 'test', level: 'silent' }) })
  const today = dayOf(new Date())
  const file = readRates(`Date,USD\n${addDays(today, -1)},1.1684\n`, today)
  if (!file.ok) throw new Error('The rates are faulty.')
  const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
  await importRates(database.forTenant('demo'), toImport, { actor: 'svc:test', correlationId: 'c', now: new Date() })
  await database.close({ timeout_s: 1 })
}

const data = async (query: string, variables: Record<string, unknown> = {}) => {
  const answer = await ask(stack.graphUrl, operator, query, variables)
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

const QUOTE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { id } errors { code } } }`
const CREATE = `mutation ($input: CreateRemittanceInput!) { createRemittance(input: $input) {
  remittance { id status usdEquivalent assessment { decision reasons { code } largeTransactionReport { id } } }
  errors { code } } }`
const DECIDE = `mutation ($input: DecideReviewInput!) { decideReview(input: $input) {
  remittanceReview { status } errors { code } } }`

/** Sends, and has the operator approve where a person has to decide. @returns its id */
async function sent(debitedAmount: string, message: string): Promise<string> {
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
      beneficiary: { name: 'Grace Hopper', country: 'US', accountNumber: '000123456789', bic: 'CHASUS33' },
      purpose: 'FAMILY_SUPPORT',
      sourceOfFunds: 'SALARY',
      message,
    },
  })
  // No sanctions list is imported here, and nobody is let through unscreened.
  expect(createRemittance).toMatchObject({
    remittance: { status: 'REVIEW', assessment: { decision: 'REVIEW' } },
    errors: [],
  })
  const { id } = createRemittance.remittance
  const input = { remittanceId: id, decision: 'APPROVE', reason: 'Screened by hand.' }
  // Risk hears from payments that it waits, a little later.
  await until(async () => (await data(DECIDE, { input })).decideReview.remittanceReview?.status === 'APPROVED')
  return id
}

const balance = async (): Promise<string> =>
  (await data(`query ($id: ID!) { ledgerAccount(id: $id) { balance { amount } } }`, { id: ada.wallet })).ledgerAccount
    .balance.amount

const statusOf = async (id: string): Promise<string> =>
  (await data(`query ($id: ID!) { remittance(id: $id) { status } }`, { id })).remittance.status

it('is screened, approved by a person in risk, debited, delivered, and adds up; what comes back is given back whole', async () => {
  const before = Math.round(Number(await balance()) * 100)
  const id = await sent('1000.00', 'SANDBOX NONE')
  await until(async () => (await statusOf(id)) === 'COMPLETED')
  const { remittance } = await data(
    `query ($id: ID!) { remittance(id: $id) {
      debited { amount } fees { amount } deliveredAtMid { amount } spread { amount } rounding { amount }
      delivered { amount currency } review { status reason } decision { source outcome }
      history { status } beneficiary { maskedAccount } } }`,
    { id },
  )
  const cents = (part: string) => BigInt(remittance[part].amount.replace('.', ''))
  expect(cents('debited')).toBe(cents('fees') + cents('deliveredAtMid') + cents('spread') + cents('rounding'))
  expect(remittance).toMatchObject({
    debited: { amount: '1000.00' },
    delivered: { amount: '1159.07', currency: 'USD' },
    decision: { source: 'REVIEW', outcome: 'APPROVE' },
    review: { status: 'APPROVED', reason: 'Screened by hand.' },
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
  expect(Math.round(Number(await balance()) * 100)).toBe(before - 100_000)
  const back = await sent('2000.00', 'SANDBOX DECLINE-LATER AC04')
  await until(async () => (await statusOf(back)) === 'REFUNDED')
  expect(Math.round(Number(await balance()) * 100)).toBe(before - 100_000)
})
