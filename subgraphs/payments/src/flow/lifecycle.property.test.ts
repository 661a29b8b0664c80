// Random commands, answers of risk, deaths between steps and calls at once, on a real database: whatever happens, money
// is neither made nor lost, histories are legal and whole, and each key has one answer.

import { fixedClock } from '@carriergraph/shared/clock.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Destination, RailDestination } from '../domain/destination.ts'
import type { Payment } from '../domain/payment.ts'
import { published } from '../events.ts'
import type { RiskClient } from '../risk/client.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { type Purse, silent } from '../testing/payments-database.ts'
import { EXPLANATION } from '../testing/risk-server.ts'
import type { Command } from './commands.ts'
import type { PaymentFlow, PostingLedgers } from './payment-flow.ts'
import { createSweeper, UNFINISHED_AGE_MS } from './sweeper.ts'
import type { TakenOn } from './take-on.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Where a call dies: before or after the ledger was asked, or while risk is being asked. */
const DEATHS = ['NONE', 'NONE', 'NONE', 'NONE', 'NONE', 'RISK', 'BEFORE_POSTING', 'AFTER_POSTING'] as const
type Death = (typeof DEATHS)[number]

const which = fc.nat({ max: 9 })
const death = fc.constantFrom(...DEATHS)
const minor = fc.constantFrom(1n, 300n, 700n, 1_000n)
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      key: fc.nat({ max: 15 }).map((key) => `k${key}`),
      type: fc.constantFrom('TOP_UP', 'TRANSFER', 'FEE' as const),
      manual: fc.boolean(),
      confirm: fc.boolean(),
      risk: fc.constantFrom('APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'REVIEW', 'DECLINE' as const),
      minor,
      death,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('confirm' as const), which, death }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('capture' as const), which, minor, death }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which, death }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('refund' as const), which, key: which, minor, death }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dispute' as const), which, death }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('resolve' as const),
      which,
      outcome: fc.constantFrom('WON', 'LOST' as const),
      death,
    }),
  },
  // What was transferred is spent, so that it cannot be refunded.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spend' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), duration_ms: fc.constantFrom(60_000, 8 * 86_400_000) }),
  },
)
/** What needs no rail: `over-rail.property.test.ts` has the others. */
type InHouse = Exclude<Destination['type'], RailDestination['type']>
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

/** One run: its purses, its clock, and what was answered under each key. */
class Run {
  readonly #clock = fixedClock(stage.now)
  readonly #ledgers = new Ledgers(this.#clock)
  readonly #payments: Id<'pay'>[] = []
  readonly answers = new Map<string, string>()
  readonly #purse: Purse
  readonly #other: Purse
  risk: 'APPROVE' | 'REVIEW' | 'DECLINE' = 'APPROVE'

  constructor(purse: Purse, other: Purse) {
    this.#purse = purse
    this.#other = other
  }

  #flow(death: Death): PaymentFlow {
    const died = () => Promise.reject(new Died())
    const ledgers = this.#ledgers
    const dying: Record<Death, PostingLedgers> = {
      NONE: ledgers,
      RISK: ledgers,
      BEFORE_POSTING: { of: () => ({ post: died }) },
      AFTER_POSTING: { of: (books) => ({ post: (order) => ledgers.of(books).post(order).then(died) }) },
    }
    const decision = this.risk
    const client: RiskClient = {
      assess: death === 'RISK' ? died : async () => ({ kind: 'ASSESSED', decision, explanation: EXPLANATION }),
    }
    return stage.flow({ client, ledgers: dying[death], clock: this.#clock }).whole
  }

  /** Does it twice at once, or three times where it dies: the deaths of one must not spoil another. */
  async act(action: Action): Promise<void> {
    if (action.kind === 'spend') {
      await stage.emptyWallet(this.#other)
      return
    }
    if (action.kind === 'wait') {
      this.#clock.advance(action.duration_ms)
      return
    }
    if (action.kind === 'create') this.risk = action.risk
    const flows = [this.#flow(action.death), this.#flow('NONE')]
    if (action.death === 'NONE') await Promise.all(flows.map((flow) => this.#once(flow, action)))
    else await this.#once(flows[0] as PaymentFlow, action)
  }

  async #once(flow: PaymentFlow, action: Exclude<Action, { kind: 'wait' | 'spend' }>): Promise<void> {
    try {
      await this.#call(flow, action)
    } catch (error) {
      if (!(error instanceof Died)) throw error
    }
  }

  async #call(flow: PaymentFlow, action: Exclude<Action, { kind: 'wait' | 'spend' }>): Promise<void> {
    if (action.kind === 'create') {
      const request = requestOf(this.#purse, action.key, action.minor)
      const capture = action.manual ? 'MANUAL' : 'AUTOMATIC'
      const destination = this.#destinations[action.type]
      const order = { ...request.order, destination, capture, confirm: action.confirm } as const
      this.#answered(action.key, await flow.create(stage.books, { ...request, order }))
      return
    }
    const paymentId = this.#payments[action.which % Math.max(1, this.#payments.length)]
    if (paymentId === undefined) return
    if (action.kind === 'refund') {
      const key = { requestedBy: `${this.#purse.userId} operator`, idempotencyKey: `r${action.key}` }
      const order = { paymentId, amount: { minor: action.minor, currency: 'EUR' } } as const
      this.#answered(`r${action.key}`, await flow.refund(stage.books, { key, order, correlationId: 'c' }))
      return
    }
    const requester = { userId: undefined, actsForOthers: true }
    const command: Command = { paymentId, requester, actor: 'usr_operator', correlationId: 'c' }
    await this.#command(flow, command, action)
  }

  #command(
    flow: PaymentFlow,
    command: Command,
    action: Exclude<Action, { kind: 'wait' | 'spend' | 'create' | 'refund' }>,
  ) {
    switch (action.kind) {
      case 'confirm':
        return flow.confirm(stage.books, command)
      case 'capture':
        return flow.capture(stage.books, command, { minor: action.minor, currency: 'EUR' })
      case 'cancel':
        return flow.cancel(stage.books, command)
      case 'dispute':
        return flow.dispute(stage.books, command, 'not as described')
      case 'resolve':
        return flow.resolveDispute(stage.books, command, action.outcome)
    }
  }

  get #destinations(): Record<InHouse, Destination> {
    return {
      TOP_UP: { type: 'TOP_UP', billingAccountId: this.#purse.billingAccountId },
      TRANSFER: { type: 'TRANSFER', destinationAccountId: this.#other.walletId },
      FEE: { type: 'FEE' },
    }
  }

  /** A key answers with one payment or one refusal for ever; only another order under it is told to be another. */
  #answered(key: string, taken: TakenOn): void {
    if (!taken.ok && taken.code === 'IDEMPOTENCY_KEY_REUSED') return
    const answer = taken.ok ? taken.value.id : `${taken.code} ${taken.message}`
    expect(this.answers.get(key) ?? answer).toBe(answer)
    this.answers.set(key, answer)
    if (taken.ok && !this.#payments.includes(taken.value.id)) this.#payments.push(taken.value.id)
  }

  /** What dead calls left is taken up by a sweeper. */
  async finish(): Promise<void> {
    this.#clock.advance(UNFINISHED_AGE_MS + 1)
    const { database } = stage
    await createSweeper({ database, flow: this.#flow('NONE'), clock: this.#clock, log: silent }).runOnce()
  }
}

class Died extends Error {}

test('whatever is asked of payments, and wherever it dies, money and histories are in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 60 }), async (actions) => {
      const [purse, other] = [await stage.purseWith(4_000n), await stage.purseWith(500n)]
      const run = new Run(purse, other)
      for (const each of actions) await run.act(each)
      await run.finish()
      await expectSoundPayments(stage.database)
    }),
    { numRuns: 40, seed: 20_261_121 },
  )
  const rows = await stage.database.sql.system<{ type: string }[]>`select distinct type from journal`
  const types = rows.map(({ type }) => type).filter((type) => type.startsWith('payment.'))
  // All of them happened: a run that reaches half of the states proves half of it.
  expect(types.sort()).toEqual(
    Object.keys(published)
      .filter((type) => type.startsWith('payment.'))
      .sort(),
  )
}, 240_000)

test('however many refunds at once, together they never give back more than was paid', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: 1n, max: 600n }), { minLength: 2, maxLength: 12 }),
      fc.bigInt({ min: 1n, max: 1_000n }),
      async (amounts, captured) => {
        const purse = await stage.purseWith(1_000n)
        const flow = stage.flow().whole
        const payment = await captureOf(flow, purse, captured)
        const refunds = await Promise.all(
          amounts.map((each, index) =>
            flow.refund(stage.books, {
              key: { requestedBy: purse.userId, idempotencyKey: `r${index}` },
              order: { paymentId: payment.id, amount: { minor: each, currency: 'EUR' } },
              correlationId: 'c',
            }),
          ),
        )
        const given = refunds.reduce((sum, taken) => (taken.ok ? sum + taken.value.amount.minor : sum), 0n)
        expect(given).toBeLessThanOrEqual(captured)
        const refused = refunds.filter(({ ok }) => !ok).map((taken) => (taken.ok ? '' : taken.code))
        for (const code of refused) expect(['REFUND_EXCEEDS_AMOUNT', 'ALREADY_REFUNDED']).toContain(code)
        expect(await stage.balanceOf(purse.walletId)).toBe(1_000n - captured + given)
        await expectSoundPayments(stage.database)
      },
    ),
    { numRuns: 15, seed: 20_261_121 },
  )
}, 120_000)

/** A payment of 1,000 of which that much is captured. */
async function captureOf(flow: PaymentFlow, purse: Purse, captured: bigint): Promise<Payment> {
  const request = requestOf(purse, 'k', 1_000n)
  const taken = await flow.create(stage.books, { ...request, order: { ...request.order, capture: 'MANUAL' } })
  if (!taken.ok) throw new Error(taken.code)
  const requester = { userId: undefined, actsForOthers: true }
  const command = { paymentId: taken.value.id, requester, actor: 'svc:test', correlationId: 'c' }
  const payment = await flow.capture(stage.books, command, { minor: captured, currency: 'EUR' })
  if (!payment.ok) throw new Error(payment.code)
  return payment.value
}
