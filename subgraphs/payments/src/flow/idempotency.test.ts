import { toUuid } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { givenPurse, type Purse } from '../testing/payments-database.ts'
import { decides } from '../testing/risk-server.ts'
import { COMPLETED_EVENTS, effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
import type { TakenOn } from './take-on.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => stage.risk.behave(decides('APPROVE')))

const idOf = (taken: TakenOn) => (taken.ok ? taken.value.id : taken.code)
const statusOf = (taken: TakenOn) => (taken.ok ? taken.value.status : taken.code)
const ONE_EFFECT = { transfers: 1, events: COMPLETED_EVENTS }

test('the same request again answers with the same payment and moves nothing', async () => {
  const purse = await stage.purseWith(5_000n)
  const first = await stage.flow().create('demo', requestOf(purse, 'k'))
  const again = await stage.flow().create('demo', requestOf(purse, 'k'))
  expect(again).toEqual(first)
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})

test('30 requests at once under one key have one effect and one answer', async () => {
  const purse = await stage.purseWith(5_000n)
  const flow = stage.flow()
  const answers = await Promise.all(Array.from({ length: 30 }, () => flow.create('demo', requestOf(purse, 'k'))))
  expect(new Set(answers.map(idOf)).size).toBe(1)
  expect(new Set(answers.map(statusOf))).toEqual(new Set(['COMPLETED']))
  const [first] = answers
  expect(await effectsOf(stage.database, first ? idOf(first) : '')).toEqual(ONE_EFFECT)
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
  await expectSoundLedger(stage.database)
})

test('another amount under the same key is IDEMPOTENCY_KEY_REUSED, before and after that of the first', async () => {
  const purse = await stage.purseWith(5_000n)
  const first = await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))
  const other = await stage.flow().create('demo', requestOf(purse, 'k', 1_001n))
  expect(other).toMatchObject({ ok: false, code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] })
  expect(await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))).toEqual(first)
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
})

test('of two different requests at once under one key, one is paid and the other is IDEMPOTENCY_KEY_REUSED', async () => {
  const purse = await stage.purseWith(5_000n)
  const flow = stage.flow()
  const answers = await Promise.all([
    flow.create('demo', requestOf(purse, 'k', 1_000n)),
    flow.create('demo', requestOf(purse, 'k', 2_000n)),
  ])
  expect(answers.map(statusOf).sort()).toEqual(['COMPLETED', 'IDEMPOTENCY_KEY_REUSED'])
  const paid = answers.find(({ ok }) => ok)
  const amount = paid?.ok ? paid.value.amount.minor : 0n
  expect(await stage.balanceOf(purse.walletId)).toBe(5_000n - amount)
})

test('a refusal is the answer under its key for ever, also when it would not be refused any more', async () => {
  const purse = await stage.purseWith(100n)
  const refused = await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))
  expect(refused).toMatchObject({ ok: false, code: 'INSUFFICIENT_FUNDS', field: ['amount'] })
  await stage.topUpWallet(purse, 5_000n)
  expect(await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))).toEqual(refused)
  expect(await stage.balanceOf(purse.walletId)).toBe(5_100n)
  expect(statusOf(await stage.flow().create('demo', requestOf(purse, 'another', 1_000n)))).toBe('COMPLETED')
})

test('a failed payment is the answer under its key as well', async () => {
  stage.risk.behave(decides('DECLINE'))
  const purse = await stage.purseWith(5_000n)
  const failed = await stage.flow().create('demo', requestOf(purse, 'k'))
  stage.risk.behave(decides('APPROVE'))
  expect(await stage.flow().create('demo', requestOf(purse, 'k'))).toEqual(failed)
  expect(statusOf(failed)).toBe('FAILED')
})

test('a key belongs to its caller and its tenant: the same text of another is another key', async () => {
  const ada = await stage.purseWith(5_000n)
  const bruno = await stage.purseWith(5_000n)
  const theirs = await givenPurse(stage.database, { tenant: 'rival', minor: 5_000n, now: stage.now })
  const answers = [
    await stage.flow().create('demo', requestOf(ada, 'same')),
    await stage.flow().create('demo', requestOf(bruno, 'same')),
    await stage.flow().create('rival', requestOf(theirs, 'same')),
  ]
  expect(answers.map(statusOf)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
  expect(new Set(answers.map(idOf)).size).toBe(3)
})

test('50 payments at once never take a wallet below zero, and all that fits is paid', async () => {
  const purse = await stage.purseWith(10_000n)
  const flow = stage.flow()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => flow.create('demo', requestOf(purse, `k${index}`, 1_000n))),
  )
  expect(answers.filter((answer) => statusOf(answer) === 'COMPLETED').length).toBe(10)
  const others = answers.filter((answer) => statusOf(answer) !== 'COMPLETED')
  // Refused when taken on, or failed when others had spent the money since.
  expect(new Set(others.map((answer) => (answer.ok ? answer.value.failure?.code : answer.code)))).toEqual(
    new Set(['INSUFFICIENT_FUNDS']),
  )
  expect(await stage.balanceOf(purse.walletId)).toBe(0n)
  await expectSoundLedger(stage.database)
})

test('whatever is sent, again and at once: one payment for each key, and the books are in order', async () => {
  const attempt = fc.record({
    purse: fc.nat({ max: 2 }),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    minor: fc.constantFrom(1n, 700n, 2_500n),
  })
  const rounds = fc.array(fc.array(attempt, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(rounds, async (plan) => {
      const purses = [await stage.purseWith(3_000n), await stage.purseWith(3_000n), await stage.purseWith(0n)]
      const flow = stage.flow()
      const firstByKey = new Map<string, string>()
      for (const round of plan) {
        const answers = await Promise.all(
          round.map(async ({ purse: index, key, minor }) => {
            const purse = purses[index] as Purse
            return { slot: `${index} ${key}`, minor, answer: await flow.create('demo', requestOf(purse, key, minor)) }
          }),
        )
        for (const { slot, minor, answer } of answers) {
          if (!answer.ok && answer.code === 'IDEMPOTENCY_KEY_REUSED') continue
          const known = firstByKey.get(slot) ?? `${minor} ${idOf(answer)}`
          firstByKey.set(slot, known)
          expect(`${minor} ${idOf(answer)}`).toBe(known)
        }
      }
      const taken = await stage.database.sql.system`
        select from payment where source_account_id = any(${purses.map(({ walletId }) => toUuid(walletId))}::uuid[])`
      expect(taken.length).toBe([...firstByKey.values()].filter((value) => value.includes('pay_')).length)
      await expectSoundLedger(stage.database)
    }),
    { numRuns: 15, seed: 20_261_121 },
  )
})
