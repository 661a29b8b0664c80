import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { postTransfer } from '../db/post-transfer.ts'
import { createRiskClient } from '../risk/client.ts'
import { type FlowStage, requestOf, STAGE_KEYS, setFlowStage } from '../testing/flow-stage.ts'
import { givenPurse, type Purse, silent } from '../testing/payments-database.ts'
import { decides, type RiskServer, startRiskServer } from '../testing/risk-server.ts'
import { effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
import { createPaymentFlow, type PaymentFlow } from './payment-flow.ts'
import { createSweeper, UNFINISHED_AGE_MS } from './sweeper.ts'

let stage: FlowStage
let clock: FixedClock
let risk: RiskServer
let flow: PaymentFlow
beforeAll(async () => {
  stage = await setFlowStage()
  clock = fixedClock(stage.now)
  risk = await startRiskServer({ keys: STAGE_KEYS, clock })
  const client = createRiskClient({ url: risk.url, deadline_ms: 10_000, keys: STAGE_KEYS, clock, log: silent })
  flow = createPaymentFlow({ risk: client, post: postTransfer, clock, fallbackLimit: new Decimal('50.00') })
})
afterAll(async () => {
  await risk[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})
beforeEach(() => {
  clock.set(stage.now)
  risk.behave(decides('APPROVE'))
})

const sweeper = (resumed = flow) => createSweeper({ database: stage.database, flow: resumed, clock, log: silent })

const dying = { assess: () => Promise.reject(new Error('died')) }

/** Takes a payment on and dies before risk is asked. */
async function leaveUnfinished(purse: Purse): Promise<void> {
  await expect(stage.flow({ client: dying }).create(purse.tenant, requestOf(purse, 'k'))).rejects.toThrow('died')
}

test('finishes what was left between the steps, of every tenant, once', async () => {
  const purses = [
    await stage.purseWith(5_000n),
    await givenPurse(stage.database, { tenant: 'rival', minor: 5_000n, now: stage.now }),
  ]
  for (const purse of purses) await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  expect(await sweeper().runOnce()).toBe(2)
  expect(await sweeper().runOnce()).toBe(0)
  for (const purse of purses) expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
  await expectSoundLedger(stage.database)
})

test('leaves alone what a living process is still about to finish', async () => {
  const purse = await stage.purseWith(5_000n)
  await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS)
  expect(await sweeper().runOnce()).toBe(0)
  clock.advance(1)
  expect(await sweeper().runOnce()).toBe(1)
})

test('two sweepers and the client at once finish it once', async () => {
  const purse = await stage.purseWith(5_000n)
  await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  const scope = { tenant: 'demo', db: stage.database.forTenant('demo') }
  const [answer] = await Promise.all([
    flow.create(scope, requestOf(purse, 'k')),
    sweeper().runOnce(),
    sweeper().runOnce(),
  ])
  expect(answer).toMatchObject({ ok: true, value: { status: 'COMPLETED' } })
  expect(await effectsOf(stage.database, answer.ok ? answer.value.id : '')).toEqual({
    transfers: 1,
    events: ['payment.created', 'payment.completed'],
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})

test('one that cannot be finished does not hold up the others', async () => {
  const purses = await Promise.all(Array.from({ length: 3 }, () => stage.purseWith(5_000n)))
  for (const purse of purses) await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  let failed = 0
  const failingOnce: PaymentFlow = {
    create: flow.create,
    resume: (scope, id) => (failed++ === 0 ? Promise.reject(new Error('stuck')) : flow.resume(scope, id)),
  }
  expect(await sweeper(failingOnce).runOnce()).toBe(2)
  expect(await sweeper().runOnce()).toBe(1)
})

test('sweeps more than one page to the end', async () => {
  const purse = await stage.purseWith(500_000n)
  const abandoned = stage.flow({ client: dying })
  await Promise.allSettled(
    Array.from({ length: 120 }, (_, index) => abandoned.create('demo', requestOf(purse, `k${index}`))),
  )
  clock.advance(UNFINISHED_AGE_MS + 1)
  expect(await sweeper().runOnce()).toBe(120)
  expect(await stage.balanceOf(purse.walletId)).toBe(380_000n)
  await expectSoundLedger(stage.database)
})

test('begins with a sweep when it is started, and ends the one in hand before it stops', async () => {
  const purse = await stage.purseWith(5_000n)
  await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
  risk.behave(async (response, call) => {
    asked()
    await decides('APPROVE')(response, call)
  })
  const running = sweeper()
  await running.start()
  await isAsked
  await running.stop()
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})
