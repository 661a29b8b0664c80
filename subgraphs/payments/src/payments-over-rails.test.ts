// Withdrawals and deposits through the graph, with the workers of the service behind it.

import type { TestStream } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findInstructions } from './db/rail-instructions.ts'
import { fateKeyOf } from './rails/instruction.ts'
import type { Purse } from './testing/payments-database.ts'
import { operator, ownerOf, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment {
    id type method status sourceAccount { id }
    instruction {
      id rail state endToEndId executionDate reason { code text } returnedAmount { amount }
      debtor { name account bic } creditor { name account bic }
    }
  }
  errors { code field }
} }`
const CHANGES = `subscription ($paymentId: ID) { paymentStatusChanged(paymentId: $paymentId) {
  status payment { status failure { code message } instruction { state reason { code } } } } }`
const CANCEL = `mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { payment { status } errors { code } } }`

const ACCOUNT = { holder: 'Ada Lovelace', iban: 'FR14 2004 1010 0505 0001 3M02 606' }

const withdrawal = (purse: Purse, idempotencyKey: string, change: Record<string, unknown> = {}) => ({
  input: {
    idempotencyKey,
    type: 'WITHDRAWAL',
    sourceAccountId: purse.walletId,
    bankAccount: ACCOUNT,
    amount: { amount: '10.00', currency: 'EUR' },
    ...change,
  },
})

async function until(stream: TestStream, status: string) {
  for (;;) {
    const { value, done } = await stream.next()
    if (done || value?.errors) throw new Error(`the stream ended: ${JSON.stringify(value?.errors)}`)
    if (value?.data.paymentStatusChanged.status === status) return value.data.paymentStatusChanged.payment
  }
}

/** Longer than the rail takes to tell in these tests, and shorter than a token lasts. */
const TOLD_WITHIN_S = 10

const STATE_OF = 'query ($id: ID!) { payment(id: $id) { instruction { state } } }'

/** Time goes on, once the rail has the payment's instruction, until the workers have heard of the end. */
async function ended<T>(id: string, end: Promise<T>): Promise<T> {
  let isOver = false
  const over = end.finally(() => {
    isOver = true
  })
  for (let passed_s = 0; !isOver && passed_s < TOLD_WITHIN_S; ) {
    const { data } = await graph.ask(operator, STATE_OF, { id })
    if (data.payment.instruction?.state !== 'ACCEPTED') continue
    graph.clock.advance(1_000)
    passed_s += 1
  }
  return over
}

it('sends a withdrawal as soon as it is taken on, and says what its rail made of it', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k'))
  const { payment, errors } = data.createPayment
  expect(errors).toEqual([])
  expect(payment).toMatchObject({
    type: 'WITHDRAWAL',
    method: 'BANK',
    status: 'PROCESSING',
    instruction: {
      rail: 'SANDBOX',
      endToEndId: expect.stringMatching(/^ins-[0-9a-z]{26}$/),
      executionDate: '2026-11-23',
      reason: null,
      returnedAmount: null,
      debtor: { name: 'CarrierGraph', account: null, bic: null },
      creditor: { name: 'Ada Lovelace', account: 'FR1420041010050500013M02606', bic: null },
    },
  })
  const stream = await (await graph.live(ownerOf(purse))).open(CHANGES, { paymentId: payment.id })
  const done = await ended(payment.id, until(stream, 'COMPLETED'))
  expect(done).toMatchObject({ instruction: { state: 'SETTLED' } })
  await stream.return?.()
})

it('names why a bank rejected it', async () => {
  const purse = await graph.purseWith(10_000n)
  const live = await graph.live(ownerOf(purse))
  const stream = await live.open(CHANGES)
  const amount = { amount: '66.05', currency: 'EUR' }
  const { data } = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k', { amount }))
  expect(await ended(data.createPayment.payment.id, until(stream, 'FAILED'))).toMatchObject({
    failure: { code: 'BANK_ACCOUNT_CLOSED', message: expect.stringContaining('AC04') },
    instruction: { state: 'REJECTED', reason: { code: 'AC04' } },
  })
  await stream.return?.()
})

it('takes a withdrawal back while its rail lets it', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k'))
  const { id } = data.createPayment.payment
  const answer = await graph.ask(ownerOf(purse), CANCEL, { input: { paymentId: id } })
  expect(answer.data.cancelPayment).toEqual({ payment: { status: 'CANCELLED' }, errors: [] })
})

it('awaits a deposit from a bank under a reference that its payer quotes, and hides the account it comes from', async () => {
  const purse = await graph.purseWith(0n)
  const input = withdrawal(purse, 'k', { type: 'DEPOSIT', sourceAccountId: null, destinationAccountId: purse.walletId })
  const { data } = await graph.ask(ownerOf(purse), CREATE, input)
  expect(data.createPayment.payment).toMatchObject({
    type: 'DEPOSIT',
    sourceAccount: null,
    instruction: { debtor: { name: 'Ada Lovelace' }, creditor: { name: 'CarrierGraph' } },
  })
})

const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
  refund { id instruction { id } } errors { code } } }`

it('hands the key on to its rail, whose dice fall by it, and that of a refund with the refund', async () => {
  const purse = await graph.purseWith(5_000n)
  const out = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'out'))
  const input = withdrawal(purse, 'in', {
    type: 'DEPOSIT',
    sourceAccountId: null,
    destinationAccountId: purse.walletId,
  })
  const stream = await (await graph.live(ownerOf(purse))).open(CHANGES)
  const paidIn = (await graph.ask(ownerOf(purse), CREATE, input)).data.createPayment.payment
  await ended(paidIn.id, until(stream, 'COMPLETED'))
  const { data } = await graph.ask(operator, REFUND, { input: { idempotencyKey: 'back', paymentId: paidIn.id } })
  const [sent, came, back] = [out.data.createPayment.payment, paidIn, data.refundPayment.refund]
  const stored = await findInstructions(graph.database.forTenant('demo'), [
    sent.instruction.id,
    came.instruction.id,
    back.instruction.id,
  ])
  expect([...stored.values()].map(({ instruction: { id, fateKey } }) => [id, fateKey]).sort()).toEqual(
    [
      [sent.instruction.id, fateKeyOf('out')],
      [came.instruction.id, fateKeyOf('in')],
      [back.instruction.id, fateKeyOf('back')],
    ].sort(),
  )
  await stream.return?.()
})

const FREEZE = 'mutation ($input: LedgerAccountStatusInput!) { freezeLedgerAccount(input: $input) { errors { code } } }'
const UNAPPLIED =
  'id reference amount { amount currency } direction place reason owner { id } account { id } recordedAt'
const UNAPPLIED_OF = `query ($id: ID!) { payment(id: $id) { history { status } unapplied { ${UNAPPLIED} } } }`

it('names what came for a wallet that was frozen, to operators alone', async () => {
  const purse = await graph.purseWith(0n)
  const input = withdrawal(purse, 'k', { type: 'DEPOSIT', sourceAccountId: null, destinationAccountId: purse.walletId })
  const stream = await (await graph.live(ownerOf(purse))).open(CHANGES)
  const { data } = await graph.ask(ownerOf(purse), CREATE, input)
  const { id } = data.createPayment.payment
  const frozen = await graph.ask(operator, FREEZE, { input: { accountId: purse.walletId, reason: 'why' } })
  expect(frozen.data.freezeLedgerAccount.errors).toEqual([])
  await ended(id, until(stream, 'FAILED'))
  const kept = {
    id: expect.stringMatching(/^uam_/),
    reference: id,
    amount: { amount: '10.00', currency: 'EUR' },
    direction: 'IN',
    place: 'SUSPENSE',
    reason: 'ACCOUNT_FROZEN',
    owner: { id: purse.userId },
    account: { id: purse.walletId },
    recordedAt: expect.any(String),
  }
  const seen = await graph.ask(operator, UNAPPLIED_OF, { id })
  expect(seen.data.payment).toMatchObject({
    history: expect.arrayContaining([{ status: 'FAILED' }]),
    unapplied: [kept],
  })
  const list = `query ($after: Cursor) { unappliedMoney(first: 1, after: $after) { nodes { ${UNAPPLIED} } pageInfo { endCursor } } }`
  const first = (await graph.ask(operator, list)).data.unappliedMoney
  expect(first.nodes).toEqual([kept])
  const next = await graph.ask(operator, list, { after: first.pageInfo.endCursor })
  expect(next.data.unappliedMoney.nodes).toEqual([])
  const own = await graph.ask(ownerOf(purse), UNAPPLIED_OF, { id })
  expect([own.data.payment.unapplied, own.errors]).toEqual([null, undefined])
  const other = await graph.purseWith(5_000n)
  const plain = (await graph.ask(ownerOf(other), CREATE, withdrawal(other, 'k'))).data.createPayment.payment
  const nothing = await graph.ask(ownerOf(other), UNAPPLIED_OF, { id: plain.id })
  expect([nothing.data.payment.unapplied, nothing.errors]).toEqual([null, undefined])
  expect((await graph.ask(ownerOf(purse), list)).data.unappliedMoney).toBeNull()
  await stream.return?.()
})

it.each([
  ['a deposit from a wallet', { type: 'DEPOSIT' }, ['INVALID_VALUE', ['sourceAccountId']]],
  ['a withdrawal to nowhere', { bankAccount: null }, ['INVALID_VALUE', ['bankAccount']]],
  ['one to two places', { cardId: 'card_1' }, ['INVALID_VALUE', ['bankAccount']]],
  ['one to no card', { bankAccount: null, cardId: 'x' }, ['INVALID_ID', ['cardId']]],
  ['one to a wallet', { destinationAccountId: 'led_1' }, ['INVALID_VALUE', ['destinationAccountId']]],
  ['one that is captured by hand', { capture: 'MANUAL' }, ['INVALID_VALUE', ['capture']]],
  [
    'a holder without a name',
    { bankAccount: { ...ACCOUNT, holder: '' } },
    ['INVALID_VALUE', ['bankAccount', 'holder']],
  ],
  [
    'check digits that are wrong',
    { bankAccount: { ...ACCOUNT, iban: 'DE88370400440532013000' } },
    ['IBAN_INVALID', ['bankAccount', 'iban']],
  ],
  ['a bank that is none', { bankAccount: { ...ACCOUNT, bic: 'X' } }, ['BIC_INVALID', ['bankAccount', 'bic']]],
  [
    'a holder whom no bank can write',
    { bankAccount: { ...ACCOUNT, holder: 'Иван' } },
    ['CHARACTER_NOT_ALLOWED', ['bankAccount', 'holder']],
  ],
  ['a text without an end', { remittance: 'x'.repeat(141) }, ['INVALID_VALUE', ['remittance']]],
  ['a card number in a text', { remittance: '4242424242424242' }, ['INVALID_VALUE', ['remittance']]],
] as const)('refuses %s, and says where', async (_, change, [code, field]) => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k', change))
  expect(data.createPayment).toMatchObject({ payment: null, errors: expect.arrayContaining([{ code, field }]) })
})

it('names every fault of a bank account and of what it is for at once', async () => {
  const purse = await graph.purseWith(5_000n)
  const change = { bankAccount: { holder: '', iban: ' ', bic: '\n' }, remittance: 'x'.repeat(141), cardId: null }
  const { data } = await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k', change))
  const fields = data.createPayment.errors.map(({ field }: { field: string[] }) => field.join('.'))
  expect(fields).toEqual(['bankAccount.holder', 'bankAccount.iban', 'bankAccount.bic', 'remittance'])
  const mixed = { bankAccount: null, billingAccountId: 'acc_1', destinationAccountId: 'led_1' }
  const { errors } = (await graph.ask(ownerOf(purse), CREATE, withdrawal(purse, 'k', mixed))).data.createPayment
  expect(errors.map(({ field }: { field: string[] }) => field)).toEqual([
    ['billingAccountId'],
    ['destinationAccountId'],
  ])
})
