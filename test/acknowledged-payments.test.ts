// Customers pay, hold, capture, cancel, refund and dispute through the public graph while payments is killed again and again.
// A model of a few lines follows what they were told; in the end the books have to say the same, to the cent.

import { setTimeout as wait } from 'node:timers/promises'
import { newId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'

/** More of them, with another FC_SEED, look further. */
const STEPS = Number(process.env.STEPS ?? 120)
const LANES = 4
/** So many that risk lets each of them pay as often as they do here. */
const CUSTOMERS = 16
const FUNDS = 10_000n
/** Payments is killed whenever so many steps are done. */
const KILLED_EVERY = 45
const PAUSE_MS = 50
const PASSES = new Set(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT', 'SERVICE_UNAVAILABLE', 'OVERLOADED'])

const STEP = fc.record({
  story: fc.constantFrom('pay', 'hold', 'capture', 'cancel', 'race', 'refund', 'dispute'),
  from: fc.nat({ max: CUSTOMERS - 1 }),
  further: fc.integer({ min: 1, max: CUSTOMERS - 1 }),
  cents: fc.integer({ min: 1, max: 4_000 }).map(BigInt),
  /** Of the amount, what is captured or given back: all of it where it is more. */
  part: fc.integer({ min: 1, max: 6_000 }).map(BigInt),
  isWon: fc.boolean(),
  isSentTwice: fc.boolean(),
})
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never

let stack: Stack
let operator: string
beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Asks until somebody has answered, as a client does. @throws Error where the answer is not one that passes */
async function told(query: string, variables: Record<string, unknown>) {
  for (;;) {
    const { data, errors } = await ask(stack.graphUrl, operator, query, variables)
    if (errors === undefined) return data
    const codes = errors.map(({ extensions }) => String(extensions?.code))
    if (!codes.every((code) => PASSES.has(code))) throw new Error(JSON.stringify({ query, variables, errors }))
    await wait(PAUSE_MS)
  }
}

/** Runs a mutation whose payload has the changed entity under `entity`. */
async function changed(name: string, entity: string, input: Record<string, unknown>, selection = 'id status') {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${entity} { ${selection} } errors { code } } }`
  return (await told(query, { input }))[name][entity]
}

const eur = (cents: bigint) => ({ amount: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, currency: 'EUR' })

async function openWallets(): Promise<string[]> {
  const funding = await changed('openLedgerAccount', 'account', { purpose: 'FUNDING', currency: 'EUR' }, 'id')
  return Promise.all(
    Array.from({ length: CUSTOMERS }, async (_, index) => {
      const registration = { idempotencyKey: `customer ${index}`, displayName: `No. ${index}`, roles: ['CUSTOMER'] }
      const { id: userId } = await changed('registerUser', 'user', registration, 'id')
      await changed('setKycStatus', 'user', { userId, kycStatus: 'VERIFIED' }, 'id')
      const { id } = await changed('openWallet', 'wallet', { ownerId: userId, currency: 'EUR' }, 'id')
      const between = { debitAccountId: funding.id, creditAccountId: id, amount: eur(FUNDS), reference: 'opening' }
      const transfers = [{ idempotencyKey: `opening ${index}`, kind: 'SINGLE', ...between }]
      await changed('postTransfers', 'results', { transfers }, 'transferId')
      return id as string
    }),
  )
}

/** What customers were told: what each wallet has and holds, and how each payment ended. */
class Told {
  readonly balances: Map<string, bigint>
  readonly held: Map<string, bigint>
  readonly statuses = new Map<string, string>()

  constructor(wallets: readonly string[]) {
    this.balances = new Map(wallets.map((id) => [id, FUNDS]))
    this.held = new Map(wallets.map((id) => [id, 0n]))
  }

  moved(from: string, to: string, cents: bigint): void {
    this.balances.set(from, (this.balances.get(from) ?? 0n) - cents)
    this.balances.set(to, (this.balances.get(to) ?? 0n) + cents)
  }

  holds(wallet: string, cents: bigint): void {
    this.held.set(wallet, (this.held.get(wallet) ?? 0n) + cents)
  }
}

/** Under a key, sent once or twice at the same moment: it is one payment, or null where it was refused. */
async function underKey(name: string, entity: string, isSentTwice: boolean, input: Record<string, unknown>) {
  const keyed = { ...input, idempotencyKey: newId('evt') }
  const answers = await Promise.all(Array.from({ length: isSentTwice ? 2 : 1 }, () => changed(name, entity, keyed)))
  // Whoever came second may have been told how far it was: the last word is that of a third.
  const last = isSentTwice ? await changed(name, entity, keyed) : answers[0]
  expect(answers.map((answer) => answer?.id)).toEqual(answers.map(() => last?.id))
  return last as { id: string; status: string } | null
}

async function takeStep({ story, from, further, cents, part, isWon, isSentTwice }: Step, wallets: string[], by: Told) {
  const [source = '', destination = ''] = [wallets[from], wallets[(from + further) % CUSTOMERS]]
  const isHeld = ['hold', 'capture', 'cancel', 'race'].includes(story)
  const between = { type: 'TRANSFER', sourceAccountId: source, destinationAccountId: destination, amount: eur(cents) }
  const order = { ...between, capture: isHeld ? 'MANUAL' : 'AUTOMATIC' }
  const payment = await underKey('createPayment', 'payment', isSentTwice, order)
  // There may be too little in the wallet by now.
  if (payment === null) return
  const { id: paymentId, status } = payment
  by.statuses.set(paymentId, status)
  if (status === 'FAILED') return
  expect(status).toBe(isHeld ? 'AUTHORISED' : 'COMPLETED')
  const some = part < cents ? part : cents
  const follow = (name: string, input = {}) => changed(name, 'payment', { paymentId, ...input })
  const capture = () => follow('capturePayment', { amount: eur(some) })
  if (isHeld) {
    if (story === 'hold') return by.holds(source, cents)
    const commands = {
      capture: [capture],
      cancel: [() => follow('cancelPayment')],
      race: [capture, () => follow('cancelPayment')],
    }
    await Promise.all(commands[story as keyof typeof commands].map((command) => command()))
    const { payment: ended } = await told('query ($id: ID!) { payment(id: $id) { status } }', { id: paymentId })
    by.statuses.set(paymentId, ended.status)
    if (ended.status === 'COMPLETED') by.moved(source, destination, some)
    return expect(
      story === 'race' ? ['COMPLETED', 'CANCELLED'] : [story === 'capture' ? 'COMPLETED' : 'CANCELLED'],
    ).toContain(ended.status)
  }
  by.moved(source, destination, cents)
  if (story === 'refund') {
    const refund = await underKey('refundPayment', 'refund', isSentTwice, { paymentId, amount: eur(some) })
    // The destination may have spent it meanwhile.
    if (refund === null) return
    by.statuses.set(refund.id, refund.status)
    if (refund.status === 'FAILED') return
    expect(refund.status).toBe('COMPLETED')
    by.statuses.set(paymentId, some === cents ? 'REFUNDED' : 'PARTIALLY_REFUNDED')
    by.moved(destination, source, some)
  }
  if (story === 'dispute') {
    expect(await follow('disputePayment', { reason: 'Not mine.' })).toMatchObject({ status: 'DISPUTED' })
    const ended = await follow('resolveDispute', { outcome: isWon ? 'WON' : 'LOST' })
    expect(isWon ? ['COMPLETED'] : ['REFUNDED', 'DISPUTED']).toContain(ended.status)
    by.statuses.set(paymentId, ended.status)
    if (ended.status === 'REFUNDED') by.moved(destination, source, cents)
  }
}

it('what customers were told is what the books say, wherever payments was killed', async () => {
  const wallets = await openWallets()
  const by = new Told(wallets)
  const steps = fc.sample(STEP, { numRuns: STEPS, seed: fc.readConfigureGlobal().seed ?? 0 })
  let done = 0
  const lane = async () => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      await takeStep(step, wallets, by)
      done += 1
      if (done % KILLED_EVERY === 0) process.kill(stack.services.get('payments')?.pid ?? 0, 'SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const walletQuery = 'query ($id: ID!) { ledgerAccount(id: $id) { balance { amount } held { amount } } }'
  for (const id of wallets) {
    const { ledgerAccount } = await told(walletQuery, { id })
    const expected = { balance: eur(by.balances.get(id) ?? 0n), held: eur(by.held.get(id) ?? 0n) }
    expect(ledgerAccount, id).toMatchObject({
      balance: { amount: expected.balance.amount },
      held: { amount: expected.held.amount },
    })
  }
  for (const [id, status] of by.statuses) {
    const { payment } = await told('query ($id: ID!) { payment(id: $id) { status } }', { id })
    expect(payment, id).toEqual({ status })
  }
  const books = await told('{ ledgerVerification { isSound faults { code about } } }', {})
  expect(books.ledgerVerification).toEqual({ isSound: true, faults: [] })
})
