import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { correlationId } from '@carriergraph/shared/correlation.ts'
import { fromUuid, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRiskClient } from '../risk/client.ts'
import { type FlowStage, requestOf, STAGE_KEYS, setFlowStage } from '../testing/flow-stage.ts'
import { payAndDie } from '../testing/pay-and-die.ts'
import { givenPurse, type Purse, silent } from '../testing/payments-database.ts'
import { decides, type RiskServer, startRiskServer } from '../testing/risk-server.ts'
import { COMPLETED_EVENTS, effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
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
  flow = createPaymentFlow({
    risk: client,
    ledgers: stage.ledgers,
    clock,
    fallbackLimit: new Decimal('50.00'),
  })
})
afterAll(async () => {
  await risk[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})
beforeEach(() => {
  clock.set(stage.now)
  risk.behave(decides('APPROVE'))
})

const sweeper = (resumed: Pick<PaymentFlow, 'resume'> = flow) =>
  createSweeper({ database: stage.database, flow: resumed, clock, log: silent })

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

test.each(['after authorising, before posting', 'after posting, before recording'] as const)(
  'finishes what a process left that was killed %s, and moves its money once',
  async (dieAt) => {
    const purse = await stage.purseWith(5_000n)
    const now = stage.now.toISOString()
    const process = { databaseUrl: stage.database.url, riskUrl: risk.url, keys: STAGE_KEYS, now }
    await payAndDie({ ...process, purse, idempotencyKey: 'k', dieAt })
    const left = await stage.database.sql.system<{ id: string; status: string }[]>`
      select id, status from payment where source_account_id = ${toUuid(purse.walletId)}`
    expect(left).toMatchObject([{ status: 'AUTHORISED' }])
    // Whatever risk would say by now: it was asked, and the money may have moved.
    risk.behave(decides('DECLINE'))
    clock.advance(UNFINISHED_AGE_MS + 1)
    expect(await sweeper().runOnce()).toBe(1)
    const id = fromUuid('pay', left[0]?.id ?? '')
    expect(await effectsOf(stage.database, id)).toEqual({ transfers: 1, events: COMPLETED_EVENTS })
    expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
    await expectSoundLedger(stage.database)
  },
)

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
    events: COMPLETED_EVENTS,
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})

test('one that cannot be finished does not hold up the others', async () => {
  const purses = await Promise.all(Array.from({ length: 3 }, () => stage.purseWith(5_000n)))
  for (const purse of purses) await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  let failed = 0
  const failingOnce: Pick<PaymentFlow, 'resume'> = {
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
  // Each is tried once in a sweep, also where none can be finished; the stop only ends a sweep that would not.
  let tried = 0
  const stuck = sweeper({
    resume: () => {
      tried += 1
      if (tried > 200) stuck.stop()
      return Promise.reject(new Error('stuck'))
    },
  })
  expect([await stuck.runOnce(), tried]).toEqual([0, 120])
  expect(await sweeper().runOnce()).toBe(120)
  expect(await stage.balanceOf(purse.walletId)).toBe(380_000n)
  await expectSoundLedger(stage.database)
})

test('a tenant with much to finish, or that is slow, keeps no other waiting, also one that comes later', async () => {
  const demo = [await stage.purseWith(5_000n), await stage.purseWith(5_000n)]
  for (const purse of demo) await leaveUnfinished(purse)
  const others = ['rival', 'later'].map((tenant) => ({
    tenant,
    purse: () => givenPurse(stage.database, { tenant, minor: 5_000n, now: stage.now }),
    finished: Promise.withResolvers<void>(),
  }))
  const [rival, later] = others
  if (rival === undefined || later === undefined) throw new Error('Two.')
  await leaveUnfinished(await rival.purse())
  clock.advance(UNFINISHED_AGE_MS + 1)
  const gate = Promise.withResolvers<void>()
  const running = sweeper({
    async resume(scope, id) {
      if (scope.tenant === 'demo') await gate.promise
      const resumed = await flow.resume(scope, id)
      others.find(({ tenant }) => tenant === scope.tenant)?.finished.resolve()
      return resumed
    },
  })
  const first = running.runOnce()
  await rival.finished.promise
  clock.set(stage.now)
  await leaveUnfinished(await later.purse())
  clock.advance(UNFINISHED_AGE_MS + 1)
  expect(await running.runOnce()).toBe(1)
  gate.resolve()
  expect(await first).toBe(3)
  for (const { walletId } of demo) expect(await stage.balanceOf(walletId)).toBe(4_000n)
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

test('asked to stop, it ends the payment in hand and leaves the others to the next sweep', async () => {
  const purses = [await stage.purseWith(5_000n), await stage.purseWith(5_000n)]
  for (const purse of purses) await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  const stopped: Promise<void>[] = []
  const running = sweeper({
    resume: (scope, id) => {
      stopped.push(running.stop())
      return flow.resume(scope, id)
    },
  })
  expect(await running.runOnce()).toBe(1)
  await Promise.all(stopped)
  expect(await sweeper().runOnce()).toBe(1)
})

test('each payment is finished under a correlation id of its own in the logs', async () => {
  const purses = [await stage.purseWith(5_000n), await stage.purseWith(5_000n)]
  for (const purse of purses) await leaveUnfinished(purse)
  clock.advance(UNFINISHED_AGE_MS + 1)
  const seen: unknown[] = []
  const listening: Pick<PaymentFlow, 'resume'> = {
    resume: (scope, id) => {
      seen.push(correlationId())
      return flow.resume(scope, id)
    },
  }
  expect(await sweeper(listening).runOnce()).toBe(2)
  expect(seen).toEqual([expect.stringMatching(/^[\w-]{36}$/), expect.stringMatching(/^[\w-]{36}$/)])
  expect(new Set(seen).size).toBe(2)
})
