// Whatever happens to payments over rails, in whatever order, and wherever processes die: each moves its money once.

import type { Id } from '@carriergraph/shared/ids.ts'
import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS } from '../rails/sandbox/fault.ts'
import { booksOf, settleAll } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { orderOf, type Process, type RailsStage, setRailsStage } from '../testing/rails-stage.ts'
import type { PostingLedgers } from './payment-flow.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Where a process dies: before or after the ledger was asked; while it drives a rail, or goes on with what that moved. */
const DEATHS = ['NONE', 'NONE', 'BEFORE_POSTING', 'AFTER_POSTING'] as const
type Death = (typeof DEATHS)[number]

const death = fc.constantFrom(...DEATHS)
/** How long it is until the next turn: some of what is under way has ended by then, or all. */
const ms = fc.constantFrom(0, 1_500, 1_500, 31_000, 62_000)
const which = fc.nat({ max: 5 })
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      key: fc.nat({ max: 5 }).map((key) => `k${key}`),
      type: fc.constantFrom('WITHDRAWAL', 'WITHDRAWAL', 'DEPOSIT' as const),
      fault: fc.constantFrom(...FAULTS, 'NONE', 'NONE', 'RETURN', 'RETURN'),
      minor: fc.constantFrom(300n, 700n, 1_000n),
      death,
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('turn' as const), ms, death }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which, death }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('refund' as const), which, minor: fc.constantFrom(100n, 300n), death }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), death }) },
)
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

const dead = (): Promise<Posting> => Promise.reject(new Error('died'))

/** What processes were doing that died, or did not: without these the test would say nothing. */
const met = new Set<string>()

/** The ledgers of a process that dies at its next posting. */
const dying = (death: Death): PostingLedgers => ({
  of: (books) => ({
    async post(order) {
      met.add(`${death} ${order.kind}`)
      if (death === 'BEFORE_POSTING') return dead()
      const posting = await stage.ledgers.of(books).post(order)
      return death === 'AFTER_POSTING' ? dead() : posting
    },
  }),
})

async function act(purse: Purse, payments: readonly Id<'pay'>[], action: Action) {
  const process = stage.process({ ledgers: dying(action.death) })
  const { flow } = process
  const paymentId = 'which' in action ? payments[action.which % Math.max(payments.length, 1)] : undefined
  switch (action.kind) {
    case 'create': {
      const { key, type, minor, fault } = action
      return flow.create(stage.books, orderOf(purse, key, minor, { type, remittance: `SANDBOX ${fault}` }))
    }
    case 'turn':
      stage.clock.advance(action.ms)
      return process.turn()
    case 'sweep':
      return stage.sweep(process)
    case 'cancel': {
      const requester = { userId: purse.userId, actsForOthers: false }
      const command = { requester, actor: purse.userId, correlationId: 'c' }
      return paymentId && flow.cancel(stage.books, { ...command, paymentId })
    }
    case 'refund': {
      const order = { amount: { minor: action.minor, currency: 'EUR' } } as const
      const key = { requestedBy: 'usr_operator', idempotencyKey: `${paymentId} ${action.minor}` }
      return paymentId && flow.refund(stage.books, { key, order: { ...order, paymentId }, correlationId: 'c' })
    }
  }
}

const paymentsOf = async ({ userId }: Purse): Promise<Id<'pay'>[]> =>
  (await stage.paymentsOf(userId)).map(({ id }) => id)

/** Until everything that can end has ended. */
async function quiet(process: Process) {
  for (let round = 0; round < 5; round += 1) {
    await process.turn()
    await stage.sweep(process)
    stage.clock.advance(31_000)
  }
  await process.turn()
}

test('each instruction moves its money exactly once, whatever dies and whatever is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 8, maxLength: 24 }), async (actions) => {
      const purse = await stage.purseWith(2_000n)
      for (const each of actions) await act(purse, await paymentsOf(purse), each)?.catch(() => undefined)
      const process = stage.process()
      await quiet(process)
      await expectSoundPayments(stage.database)
      const moved = await expectMovedOnce(purse)
      expect(await stage.wallet(purse)).toEqual({ balance: 2_000n + moved, held: 0n })
      expect(await booksOf(stage)).toMatchObject({ difference: 0n })
    }),
    { numRuns: 25, seed: 20_261_121 },
  )
  const kinds = ['PENDING', 'POST_PENDING', 'VOID_PENDING']
  for (const [kind, death] of kinds.flatMap((kind) => DEATHS.map((death) => [kind, death] as const)))
    expect(met).toContain(`${death} ${kind}`)
  stage.clock.advance(4 * 86_400_000)
  await settleAll(stage, stage.process())
  const { RAIL_CLEARING = 0n, WALLET = 0n, FUNDING = 0n, difference } = await booksOf(stage)
  expect({ RAIL_CLEARING, sum: WALLET + FUNDING, difference }).toEqual({ RAIL_CLEARING: 0n, sum: 0n, difference: 0n })
})

/**
 * Holds what each payment says against what the rail did: settled money has moved in the ledger once, and is cleared and
 * expected once; what was rejected or cancelled has not. @returns what came to the wallet in all, below zero what left
 */
async function expectMovedOnce({ userId }: Purse): Promise<bigint> {
  let moved = 0n
  for (const payment of await stage.paymentsOf(userId)) {
    const { id, status, execution, amount, sourceAccountId, completedAt } = payment
    expect(['PROCESSING', 'AUTHORISED', 'RISK_PENDING']).not.toContain(status)
    const state = execution === null ? 'SETTLED' : (await stage.instructionIfAny(payment))?.state
    const isSettled = state === 'SETTLED' || state === 'RETURNED'
    const traces = await stage.tracesOf(id)
    if (execution !== null)
      expect({ id, status, moved: completedAt !== null }).toEqual({ id, status, moved: isSettled })
    const isMoved = completedAt !== null
    expect({ id, status, ...traces }).toEqual({ id, status, items: isMoved ? 1 : 0, expected: isMoved ? 1 : 0 })
    if (isMoved) moved += sourceAccountId === (await stage.walletIdOf(userId)) ? -amount.minor : amount.minor
  }
  return moved
}
