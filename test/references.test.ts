// What one subgraph says of an entity of another one that is not there: after a restore from an older backup, or because
// nobody ever registered it. Every reference in the SDL is tried, by way of the whole graph.

import { deposit } from '@carriergraph/payments/flow/deposit.ts'
import { recordUnapplied } from '@carriergraph/payments/flow/unapplied.ts'
import { readRates } from '@carriergraph/payments/fx/file/read-rates.ts'
import { importRates } from '@carriergraph/payments/fx/import/import-rates.ts'
import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SubgraphName } from '../scripts/subgraphs.ts'
import { violate } from './support/causes.ts'
import { ask, connect, take } from './support/client.ts'
import { referencesBetweenSubgraphs } from './support/references.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let operator: string
let made: Awaited<ReturnType<typeof makeEverything>>

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
  made = await makeEverything()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** What is of a user, by how it is read. The first field is never null where the entity is there. */
const OF_A_USER: Record<string, () => string> = {
  'Slice.owner': () => `slice(id: "${made.slice}") { owner { displayName } }`,
  'BillingAccount.owner': () => `billingAccount(id: "${made.account}") { owner { displayName } }`,
  'Card.owner': () => `card(id: "${made.card}") { owner { displayName } }`,
  'FxQuote.owner': () => `fxQuote(id: "${made.quote}") { owner { displayName } }`,
  'LedgerAccount.owner': () => `ledgerAccount(id: "${made.wallet}") { owner { displayName } }`,
  'Payment.payer': () => `payment(id: "${made.payment}") { payer { displayName } }`,
  'Remittance.sender': () => `remittance(id: "${made.remittance}") { sender { displayName } }`,
  'UnappliedMoney.owner': () => 'unappliedMoney { nodes { owner { displayName } } }',
}
const OF_BILLING: Record<string, () => string> = {
  'Payment.billingAccount': () => `payment(id: "${made.payment}") { billingAccount { msisdn } }`,
}
const OF_PAYMENTS: Record<string, () => string> = {
  'RiskAssessment.payment': () => `riskAssessment(id: "${made.assessment}") { payment { status } }`,
  'PaymentReview.payment': () => 'paymentReviews { nodes { payment { status } } }',
  'RemittanceReview.remittance': () => 'remittanceReviews { nodes { remittance { status } } }',
  'RemittanceAssessment.remittance': () => 'remittanceReviews { nodes { assessment { remittance { status } } } }',
  'LargeTransactionReport.remittance': () => 'largeTransactionReports { nodes { remittance { status } } }',
}

it('knows every reference that the SDL of a subgraph makes to an entity of another one', () => {
  const tried = [OF_A_USER, OF_BILLING, OF_PAYMENTS].flatMap(Object.keys)
  expect(tried.toSorted()).toEqual(referencesBetweenSubgraphs().toSorted())
})

describe.each([
  ['a user', 'USER_NOT_FOUND', 'risk', ['"user"'], OF_A_USER],
  ['a billing account', 'ACCOUNT_NOT_FOUND', 'billing', ['billing_account'], OF_BILLING],
  ['a payment or a remittance', undefined, 'payments', ['payment', 'remittance'], OF_PAYMENTS],
] as const)('%s that is not there', (_, code, subgraph, tables, references) => {
  beforeAll(async () => {
    for (const reference of Object.values(references)) await answered(reference())
    await remove(subgraph, tables)
  })

  it.each(Object.entries(references))('is named by %s, which alone is null', async (name, selection) => {
    const { data, errors = [] } = await ask(stack.graphUrl, operator, `{ ${selection()} }`)
    const field = name.split('.')[1] ?? ''
    const expected = code ?? `${field.toUpperCase()}_NOT_FOUND`
    expect(errors.map(({ path, extensions }) => [path?.at(-1), extensions?.code])).toEqual([[field, expected]])
    expect(errors[0]?.path?.reduce((at, key) => at[key], data)).toBeNull()
  })
})

it('costs a stream nothing but the field of each event', async () => {
  const query = `subscription { slaViolationDetected { cursor violation { metric slice { owner { displayName } } } } }`
  const client = connect(stack.webSocketUrl, operator)
  let isDone = false
  const taken = take(client, query, {}, ({ length }) => length === 2).finally(() => {
    isDone = true
  })
  // Of a user that risk has no more. From when on a stream hears of violations, nobody is told.
  let violations = 0
  await until(async () => {
    if (!isDone) await violate(stack.graphUrl, operator, `unknown-${violations++}`)
    return isDone
  })
  for (const { data, errors } of await taken) {
    expect(data.slaViolationDetected.violation).toEqual({ metric: 'LATENCY_MS', slice: { owner: null } })
    expect(errors).toMatchObject([{ extensions: { code: 'USER_NOT_FOUND' } }])
  }
  await client.dispose()
})

/** Past triggers and foreign keys, as a restore from an older backup would. */
async function remove(subgraph: SubgraphName, tables: readonly string[]): Promise<void> {
  const url = new URL(inject('postgresUrl'))
  url.pathname = new URL(stack.databases[subgraph].url).pathname
  const sql = postgres(url.href, { max: 1 })
  await sql`set session_replication_role = replica`
  for (const table of tables) await sql.unsafe(`delete from ${table}`)
  await sql.end()
}

async function answered(selection: string): Promise<void> {
  const answer = await ask(stack.graphUrl, operator, `{ ${selection} }`)
  expect(answer.errors).toBeUndefined()
  expect(JSON.stringify(answer.data)).not.toMatch(/null|\[\]/)
}

/** A user with something of everything, a payment and a remittance that wait for a person. */
async function makeEverything() {
  const key = { idempotencyKey: 'references' }
  const { user } = await mutate('registerUser', { ...key, displayName: 'Grete', roles: ['CUSTOMER'] }, 'user { id }')
  const owner = { ownerId: user.id }
  const { wallet } = await mutate('openWallet', { ...owner, currency: 'EUR' }, 'wallet { id }')
  await fund(user.id, wallet.id)
  const { tariffs } = (await ask(stack.graphUrl, operator, '{ tariffs { nodes { id currency } } }')).data
  const tariff = tariffs.nodes.find(({ currency }: { currency: string }) => currency === 'EUR')
  const opened = { ...owner, paymentMode: 'PREPAID', msisdn: '4900000001', tariffId: tariff.id }
  const lowBalanceThreshold = { amount: '0', currency: 'EUR' }
  const { account } = await mutate('openBillingAccount', { ...opened, lowBalanceThreshold }, 'account { id }')
  const number = { number: '4111111111111111', expiryMonth: 12, expiryYear: 2040 }
  const { card } = await mutate('addCard', { ...owner, ...number }, 'card { id }')
  const ordered = { ...key, ...owner, name: 'Slice', serviceType: 'EMBB', sla: { latencyMsMax: 5 } }
  const { slice } = await mutate('createSlice', ordered, 'slice { id }')
  const payment = await payFrom(wallet.id, account.id)
  await mutate('setKycStatus', { userId: user.id, kycStatus: 'VERIFIED' }, 'user { id }')
  const quoted = { ...key, ...owner, sourceCurrency: 'EUR', targetCurrency: 'USD', debitedAmount: '9000.00' }
  const { quote } = await mutate('createFxQuote', quoted, 'quote { id }')
  const beneficiary = { name: 'Grace Hopper', country: 'MM', accountNumber: '000123456789', bic: 'CHASUS33' }
  const why = { purpose: 'PROPERTY', sourceOfFunds: 'SAVINGS' }
  const sent = { ...key, ...why, quoteId: quote.id, sourceAccountId: wallet.id, beneficiary }
  const { remittance } = await mutate('createRemittance', sent, 'remittance { id }')
  await until(async () => (await waiting()).every(({ nodes }) => nodes.length === 1))
  const ids = { slice, account, card, quote, wallet, payment, remittance, assessment: payment.assessment }
  return Object.fromEntries(Object.entries(ids).map(([name, { id }]) => [name, id])) as Record<keyof typeof ids, string>
}

/** Of somebody who was never verified, 60 euros are for a person to look at. */
async function payFrom(sourceAccountId: string, billingAccountId: string) {
  const query = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
    payment { id assessment { id } } errors { code } } }`
  const what = { type: 'TOP_UP', sourceAccountId, billingAccountId, amount: { amount: '60.00', currency: 'EUR' } }
  let payment: { id: string; assessment: { id: string } } | undefined
  // Payments hear of a billing account by its event; a refusal holds for the key under which it was given.
  await until(async () => {
    const input = { ...what, idempotencyKey: newId('evt') }
    payment = (await ask(stack.graphUrl, operator, query, { input })).data.createPayment.payment ?? undefined
    return payment !== undefined
  })
  if (payment === undefined) throw new Error('Nothing was paid.')
  return payment
}

async function mutate(name: string, input: Record<string, unknown>, selection: string) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { code field } } }`
  const { data, errors } = await ask(stack.graphUrl, operator, query, { input })
  expect({ of: name, errors: errors ?? data[name].errors }).toEqual({ of: name, errors: [] })
  return data[name]
}

const waiting = async (): Promise<{ nodes: unknown[] }[]> => {
  const query = '{ paymentReviews { nodes { status } } remittanceReviews { nodes { status } } }'
  return Object.values((await ask(stack.graphUrl, operator, query)).data)
}

/** What a treasurer, a bank and a frozen wallet would have done: yesterday's dollar, money, and a case of it. */
async function fund(ownerId: Id<'usr'>, walletId: Id<'led'>): Promise<void> {
  const log = createLog({ service: 'test', level: 'silent' })
  const database = openDatabase({ url: stack.databases.payments.url, applicationName: 'treasury', log })
  const books = { tenant: 'demo', db: database.forTenant('demo') }
  const now = new Date()
  const file = readRates(`Date,USD\n${addDays(dayOf(now), -1)},1.1684\n`, dayOf(now))
  if (!file.ok) throw new Error('The rates are faulty.')
  const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
  await importRates(books.db, toImport, { actor: 'svc:test', correlationId: 'c', now })
  const amount = { minor: 1_500_000n, currency: 'EUR' } as const
  await deposit(new Ledgers(() => now), books, { transferId: newId('tfr'), walletId, amount, reference: 'test' })
  const about = { reference: newId('pay'), ownerId, accountId: walletId, amount, correlationId: 'c' }
  const kept = { ...about, direction: 'IN', place: 'SUSPENSE', reason: 'ACCOUNT_FROZEN' } as const
  await inTransaction(books.db, (tx) => recordUnapplied(tx, kept, now))
  await database.close({ timeout_s: 1 })
}
