import { toUuid } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FlowStage, requestOf, STAGE_KEYS, setFlowStage } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { actAndDie, DEATHS, DEED_DEATHS, DEEDS, payAndDie } from '../testing/pay-and-die.ts'
import { type Purse, silent } from '../testing/payments-database.ts'
import { decides, type RiskBehaviour } from '../testing/risk-server.ts'
import { COMPLETED_EVENTS, effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
import type { PostingLedgers } from './payment-flow.ts'
import { createSweeper, UNFINISHED_AGE_MS } from './sweeper.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => stage.risk.behave(decides('APPROVE')))

const crashingClient = { assess: () => Promise.reject(new Error('died while asking risk')) }

const crashBeforePosting: PostingLedgers = {
  of: () => ({ post: () => Promise.reject(new Error('died before posting')) }),
}

const crashAfterPosting: PostingLedgers = {
  of: (books) => ({
    async post(order) {
      await stage.ledgers.of(books).post(order)
      throw new Error('died after posting')
    },
  }),
}

/** Cuts every other connection to the database while risk is being asked. */
const cutConnections: RiskBehaviour = async (response, call) => {
  await stage.database.sql.system`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  await decides('APPROVE')(response, call)
}

/** One attempt that dies at the named step; whether it still answered does not matter. */
const CRASHES = {
  'asking risk': (purse: Purse) => stage.flow({ client: crashingClient }).create('demo', requestOf(purse, 'k')),
  'before posting': (purse: Purse) => stage.flow({ ledgers: crashBeforePosting }).create('demo', requestOf(purse, 'k')),
  'after posting': (purse: Purse) => stage.flow({ ledgers: crashAfterPosting }).create('demo', requestOf(purse, 'k')),
  'with its connections cut': (purse: Purse) => {
    stage.risk.behave(cutConnections)
    return stage.flow().create('demo', requestOf(purse, 'k'))
  },
} as const satisfies Record<string, (purse: Purse) => Promise<unknown>>

type CrashPoint = keyof typeof CRASHES

async function crash(point: CrashPoint, purse: Purse): Promise<void> {
  await CRASHES[point](purse).catch(() => undefined)
  stage.risk.behave(decides('APPROVE'))
}

/** Where the money has moved already. */
const HAS_MOVED: readonly string[] = ['after posting, before recording', 'after recording, before the answer']

/** What the next call with the key answers, after which there must be exactly one effect. */
async function payAgain(purse: Purse): Promise<string> {
  const answer = await stage.flow().create('demo', requestOf(purse, 'k'))
  expect(answer).toMatchObject({ ok: true, value: { status: 'COMPLETED' } })
  const id = answer.ok ? answer.value.id : answer.code
  expect(await effectsOf(stage.database, id)).toEqual({
    transfers: 1,
    events: COMPLETED_EVENTS,
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
  return id
}

test.each(DEATHS)(
  'a process killed %s leaves books that are in order, and the next call with its key completes it',
  async (dieAt) => {
    const purse = await stage.purseWith(5_000n)
    await payAndDie({
      databaseUrl: stage.database.url,
      riskUrl: stage.risk.url,
      keys: STAGE_KEYS,
      now: stage.now.toISOString(),
      purse,
      idempotencyKey: 'k',
      dieAt,
    })
    expect(await stage.balanceOf(purse.walletId)).toBe(HAS_MOVED.includes(dieAt) ? 4_000n : 5_000n)
    await expectSoundLedger(stage.database)
    await payAgain(purse)
    await expectSoundLedger(stage.database)
  },
)

test('however often and wherever it fails, a payment has one effect and keeps its id', async () => {
  const point = fc.constantFrom(...(Object.keys(CRASHES) as CrashPoint[]))
  await fc.assert(
    fc.asyncProperty(fc.array(point, { maxLength: 4 }), async (points) => {
      const purse = await stage.purseWith(5_000n)
      for (const each of points) await crash(each, purse)
      expect(await payAgain(purse)).toBe(await payAgain(purse))
      await expectSoundLedger(stage.database)
    }),
    { numRuns: 15, seed: 20_261_121 },
  )
})

test('of two calls that risk answers differently, the one that settles first decides', async () => {
  const purse = await stage.purseWith(5_000n)
  const { promise: release, resolve } = Promise.withResolvers<void>()
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
  stage.risk.behave(async (response, call) => {
    asked()
    await release
    await decides('APPROVE')(response, call)
  })
  const slow = stage.flow().create('demo', requestOf(purse, 'k'))
  await isAsked
  stage.risk.behave(decides('REVIEW'))
  const fast = await stage.flow().create('demo', requestOf(purse, 'k'))
  resolve()
  expect(fast).toMatchObject({ value: { status: 'REVIEW', version: 2 } })
  expect(await slow).toEqual(fast)
  expect(await stage.balanceOf(purse.walletId)).toBe(5_000n)
})

/** What each deed leaves of 5,000 once somebody has gone on with it, and of what state of the payment it was about. */
const ENDS = {
  hold: { status: 'AUTHORISED', balance: 5_000n, held: 1_000n },
  capture: { status: 'COMPLETED', balance: 4_600n, held: 0n },
  cancel: { status: 'CANCELLED', balance: 5_000n, held: 0n },
  refund: { status: 'REFUNDED', balance: 5_000n, held: 0n },
} as const

test.each(DEEDS.flatMap((deed) => DEED_DEATHS.map((dieAt) => [deed, dieAt] as const)))(
  'a process killed in a %s %s leaves books that are in order, and a sweeper goes on with it',
  async (deed, dieAt) => {
    const purse = await stage.purseWith(5_000n)
    const request = requestOf(purse, 'k')
    const capture = deed === 'refund' ? 'AUTOMATIC' : 'MANUAL'
    const order = { ...request.order, capture } as const
    const made = deed === 'hold' ? undefined : await stage.flow().create('demo', { ...request, order })
    await actAndDie({
      databaseUrl: stage.database.url,
      riskUrl: stage.risk.url,
      keys: STAGE_KEYS,
      now: stage.now.toISOString(),
      purse,
      idempotencyKey: 'k',
      deed,
      paymentId: made?.ok ? made.value.id : undefined,
      dieAt,
    })
    await expectSoundLedger(stage.database)
    const later = () => new Date(stage.now.getTime() + UNFINISHED_AGE_MS + 1)
    const flow = stage.flow({ clock: later }).whole
    await createSweeper({ database: stage.database, flow, clock: later, log: silent }).runOnce()
    const { status, ...standing } = ENDS[deed]
    const [row] = await stage.database.sql.system`
      select p.status, a.balance_minor as balance, a.held_minor as held
      from payment p join ledger_account a on (a.tenant_id, a.id) = (p.tenant_id, p.source_account_id)
      where p.payer_id = ${toUuid(purse.userId)} and p.original_id is null`
    expect(row).toEqual({ status, ...standing })
    await expectSoundPayments(stage.database)
  },
)
