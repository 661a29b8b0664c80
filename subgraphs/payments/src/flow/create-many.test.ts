import { fixedClock } from '@carriergraph/shared/clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { createMany } from './create-many.ts'
import type { PaymentFlow } from './payment-flow.ts'
import type { TakenOn } from './take-on.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const shown = (answer: TakenOn | { ok: false; code: string }) =>
  answer.ok ? (answer.value.failure?.code ?? answer.value.status) : answer.code

test('300 payments are each answered in their place, and the same call again answers the same', async () => {
  const purse = await stage.purseWith(150n)
  const requests = Array.from({ length: 300 }, (_, index) => requestOf(purse, `k${index}`, index % 10 ? 1n : 100_000n))
  const flow = stage.flow().whole
  const answers = await createMany(flow, stage.books, requests, stage.clock)
  expect(answers).toHaveLength(300)
  const [paid, short] = [answers.filter((each) => shown(each) === 'COMPLETED'), answers.filter(({ ok }) => !ok)]
  expect(paid).toHaveLength(150)
  expect(short.every((each) => shown(each) === 'INSUFFICIENT_FUNDS')).toBe(true)
  for (const [index, answer] of answers.entries())
    if (index % 10 === 0) expect(shown(answer)).toBe('INSUFFICIENT_FUNDS')
  const again = await createMany(flow, stage.books, requests, stage.clock)
  expect(again.map((each) => (each.ok ? each.value.id : each.code))).toEqual(
    answers.map((each) => (each.ok ? each.value.id : each.code)),
  )
  expect(await stage.balanceOf(purse.walletId)).toBe(0n)
  await expectSoundPayments(stage.database)
}, 60_000)

test('one key twice in a call is one payment, that of the first', async () => {
  const purse = await stage.purseWith(5_000n)
  const requests = [requestOf(purse, 'k'), requestOf(purse, 'k'), requestOf(purse, 'k', 1n)]
  const answers = await createMany(stage.flow().whole, stage.books, requests, stage.clock)
  const [first, second] = answers.map((each) => (each.ok ? each.value.id : each.code))
  expect(first).toMatch(/^pay_/)
  expect(second).toBe(first)
  expect(answers.map(shown)).toEqual(['COMPLETED', 'COMPLETED', 'IDEMPOTENCY_KEY_REUSED'])
})

/** Takes a hundred milliseconds of the clock for each payment, so that a call reaches forty and more. */
function slowFlow() {
  const clock = fixedClock(stage.now)
  const flow = stage.flow().whole
  const slow: Pick<PaymentFlow, 'create'> = {
    async create(scope, request) {
      const taken = await flow.create(scope, request)
      clock.advance(100)
      return taken
    },
  }
  return { slow, clock }
}

test('a thousand times one key is one payment, whose answer all of them have, however long it takes', async () => {
  const purse = await stage.purseWith(5_000n)
  const { slow, clock } = slowFlow()
  const requests = Array.from({ length: 1_000 }, () => requestOf(purse, 'k'))
  const answers = await createMany(slow, stage.books, requests, clock)
  expect(new Set(answers.map(shown))).toEqual(new Set(['COMPLETED']))
  expect(new Set(answers.map((each) => each.ok && each.value.id)).size).toBe(1)
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})

test('where the first under a key is not reached, nothing under it is, and else all under it are answered', async () => {
  const purse = await stage.purseWith(500_000n)
  const { slow, clock } = slowFlow()
  const first = Array.from({ length: 100 }, (_, index) => requestOf(purse, `k${index}`, 1n))
  const others = first.map((request, index) =>
    index % 2 === 0
      ? request
      : { ...request, order: { ...request.order, amount: { minor: 2n, currency: 'EUR' as const } } },
  )
  const answers = await createMany(slow, stage.books, [...first, ...others], clock)
  const reached = answers.slice(0, 100).filter(({ ok }) => ok).length
  expect(reached).toBeGreaterThanOrEqual(40)
  expect(reached).toBeLessThan(100)
  for (const [index, request] of first.entries()) {
    const [one, other] = [answers[index], answers[100 + index]]
    if (one === undefined || other === undefined) throw new Error(`${request.key.idempotencyKey} was not answered.`)
    const isAnother = index % 2 === 1 && one.ok
    expect(shown(other)).toBe(isAnother ? 'IDEMPOTENCY_KEY_REUSED' : shown(one))
    if (!isAnother) expect(other).toEqual(one)
  }
  expect(await stage.balanceOf(purse.walletId)).toBe(500_000n - BigInt(reached))
})

test('one that is refused answers the same again for its key, and another body under it is another payment', async () => {
  const purse = await stage.purseWith(10n)
  const requests = [requestOf(purse, 'k', 100n), requestOf(purse, 'k', 100n), requestOf(purse, 'k', 1n)]
  const answers = await createMany(stage.flow().whole, stage.books, requests, stage.clock)
  expect(answers.map(shown)).toEqual(['INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS', 'IDEMPOTENCY_KEY_REUSED'])
  expect(await stage.balanceOf(purse.walletId)).toBe(10n)
})

test('what a call before has paid under a key is answered, though another body comes first under it', async () => {
  const purse = await stage.purseWith(5_000n)
  const flow = stage.flow().whole
  const [paid] = await createMany(flow, stage.books, [requestOf(purse, 'k', 1n)], stage.clock)
  const requests = [requestOf(purse, 'k', 2n), requestOf(purse, 'k', 1n), requestOf(purse, 'k', 3n)]
  const answers = await createMany(flow, stage.books, requests, stage.clock)
  expect(answers.map(shown)).toEqual(['IDEMPOTENCY_KEY_REUSED', 'COMPLETED', 'IDEMPOTENCY_KEY_REUSED'])
  expect(answers[1]).toEqual(paid)
  expect(await stage.balanceOf(purse.walletId)).toBe(4_999n)
})

test('what is not begun in time is NOT_REACHED, leaves nothing behind, and is paid by the next call', async () => {
  const purse = await stage.purseWith(500_000n)
  const { slow, clock } = slowFlow()
  const flow = stage.flow().whole
  const requests = Array.from({ length: 100 }, (_, index) => requestOf(purse, `k${index}`, 1n))
  const answers = await createMany(slow, stage.books, requests, clock)
  const reached = answers.filter((each) => shown(each) === 'COMPLETED').length
  expect(reached).toBeGreaterThanOrEqual(40)
  expect(answers.filter((each) => shown(each) === 'NOT_REACHED')).toHaveLength(100 - reached)
  expect(await stage.balanceOf(purse.walletId)).toBe(500_000n - BigInt(reached))
  const again = await createMany(flow, stage.books, requests, stage.clock)
  expect(new Set(again.map(shown))).toEqual(new Set(['COMPLETED']))
  expect(await stage.balanceOf(purse.walletId)).toBe(499_900n)
})

test('an outage ends the call when all that had begun have ended', async () => {
  const purse = await stage.purseWith(5_000n)
  let begun = 0
  let ended = 0
  const failing: Pick<PaymentFlow, 'create'> = {
    async create() {
      const place = begun++
      await Promise.resolve()
      ended += 1
      throw new Error(`the database is gone ${place}`)
    },
  }
  const requests = Array.from({ length: 100 }, (_, index) => requestOf(purse, `k${index}`, 1n))
  await expect(createMany(failing, stage.books, requests, stage.clock)).rejects.toThrow('the database is gone 0')
  expect(ended).toBe(begun)
  expect(begun).toBeLessThan(100)
})

test('behind an outage nothing more is begun, also by those who did not meet it', async () => {
  const purse = await stage.purseWith(5_000n)
  const flow = stage.flow().whole
  let begun = 0
  const meetingOne: Pick<PaymentFlow, 'create'> = {
    create(scope, request) {
      begun += 1
      return begun === 1 ? Promise.reject(new Error('the database is gone')) : flow.create(scope, request)
    },
  }
  const requests = Array.from({ length: 100 }, (_, index) => requestOf(purse, `k${index}`, 1n))
  await expect(createMany(meetingOne, stage.books, requests, stage.clock)).rejects.toThrow('the database is gone')
  expect(begun).toBeLessThan(100)
  expect(await stage.balanceOf(purse.walletId)).toBe(5_001n - BigInt(begun))
})
