// A deposit that has come while accounts are frozen: it is in its wallet once, or in suspense once.

import { namedId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { type RailsStage, setRailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned, returnsOn } from '../testing/returns.ts'

let stage: RailsStage
let on: Returns
beforeAll(async () => {
  stage = await setRailsStage()
  on = returnsOn(stage)
  // Both of the operator's accounts are there from the first of each.
  await on.moved(stage.process(), await stage.purseWith(0n), 'DEPOSIT')
})
afterAll(() => stage[Symbol.asyncDispose]())

const DEATHS = ['POST_PENDING', 'VOID_PENDING', 'SINGLE'] as const
type Status = 'ACTIVE' | 'FROZEN' | 'CLOSED'

const operators = async (purpose: 'RAIL_CLEARING' | 'SUSPENSE', status: Status) =>
  stage.database.sql.system`update ledger_account set status = ${status}
    where purpose = ${purpose} and owner_id is null and currency = 'EUR'`

/** A deposit that its rail settles in the next turn. */
async function arriving(purse: Purse) {
  const payment = await on.deposited(stage.process(), purse)
  stage.clock.advance(2_000)
  return payment
}

test('one that comes while the account of the rail is frozen waits, and is in its wallet once it is not, whoever dies', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { id } = await arriving(purse)
  await operators('RAIL_CLEARING', 'FROZEN')
  await on.quiet(stage.process())
  expect(await stage.payment(id)).toMatchObject({ status: 'PROCESSING', execution: 'SETTLED', hold: 'PLACED' })
  await operators('RAIL_CLEARING', 'ACTIVE')
  for (const kind of DEATHS) await stage.sweep(on.dyingAfter(kind))
  await Promise.all([stage.process(), stage.process(), stage.process()].map(({ flow }) => flow.resume(stage.books, id)))
  expect(await stage.payment(id)).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED', failure: null })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
  expect([await on.suspense(), await findUnapplied(stage.books.db, [id])]).toEqual([before, []])
  expect(await stage.tracesOf(id)).toEqual({ items: 1, expected: 1 })
  await expectSoundPayments(stage.database)
})

test('one that waits for the account of the rail and goes back by itself is in its wallet, and taken from it', async () => {
  const purse = await stage.purseWith(0n)
  const payment = await arriving(purse)
  await operators('RAIL_CLEARING', 'FROZEN')
  const process = stage.process()
  await process.turn()
  await on.tell(process, payment, 'r', returned(1_000n))
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'PROCESSING', execution: 'RETURNED' })
  await operators('RAIL_CLEARING', 'ACTIVE')
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test.each([
  ['frozen', 'FROZEN'],
  ['closed', 'CLOSED'],
] as const)(
  'one whose wallet is %s while the account of the rail is frozen is kept in suspense for that',
  async (_, status) => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const { id } = await arriving(purse)
    await operators('RAIL_CLEARING', 'FROZEN')
    const process = stage.process()
    await on.quiet(process)
    await on.setStatus(purse, status)
    await on.quiet(process)
    expect(await stage.payment(id)).toMatchObject({ status: 'PROCESSING' })
    await operators('RAIL_CLEARING', 'ACTIVE')
    await on.quiet(process)
    expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: `ACCOUNT_${status}` } })
    expect((await on.suspense()) - before).toBe(1_000n)
    await expectSoundPayments(stage.database)
  },
)

test.each([
  ['before it was decided that it goes to suspense', 'POST_PENDING', 'COMPLETED', 1_000n],
  ['after that', 'VOID_PENDING', 'FAILED', 0n],
  ['when it was there', 'SINGLE', 'FAILED', 0n],
] as const)('a wallet that thaws while a process dies %s has its money once', async (_, kind, status, balance) => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { id } = await arriving(purse)
  await on.setStatus(purse, 'FROZEN')
  await on.dyingAfter(kind).turn()
  await on.setStatus(purse, 'ACTIVE')
  await on.quiet(stage.process())
  expect(await stage.payment(id)).toMatchObject({ status })
  expect(await stage.wallet(purse)).toEqual({ balance, held: 0n })
  expect((await on.suspense()) - before).toBe(1_000n - balance)
  const reasons = (await findUnapplied(stage.books.db, [id])).map(({ reason }) => reason)
  expect(reasons).toEqual(status === 'FAILED' ? ['ACCOUNT_FROZEN'] : [])
  await expectSoundPayments(stage.database)
})

test('what a process of the version before had in suspense when it died, its hold not released, stays there', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { id, transferId, sourceAccountId, amount } = await arriving(purse)
  await on.setStatus(purse, 'FROZEN')
  await on.dyingAfter('POST_PENDING').turn()
  const suspense = await findOperatorAccount(stage.books.db, 'SUSPENSE', 'EUR')
  const posted = await stage.ledgers.of(stage.books).post({
    kind: 'SINGLE',
    id: namedId('tfr', `suspense of ${transferId} 0`),
    debitAccountId: sourceAccountId,
    creditAccountId: suspense.id,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference: id,
  })
  expect(posted).toMatchObject({ ok: true })
  await on.setStatus(purse, 'ACTIVE')
  await on.quiet(stage.process())
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  expect((await on.suspense()) - before).toBe(1_000n)
  await expectSoundPayments(stage.database)
})

test.each([
  ['released the hold of', 'VOID_PENDING', 'COMPLETED', 1_000n],
  ['posted to suspense', 'SINGLE', 'FAILED', 0n],
] as const)(
  'a wallet that thaws just before one process has %s what another goes on with has its money once',
  async (_, kind, status, balance) => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const { id } = await arriving(purse)
    await on.setStatus(purse, 'FROZEN')
    let isThawed = false
    const slow = stage.process({
      ledgers: {
        of: (books) => ({
          async post(order) {
            if (order.kind === kind && !isThawed) {
              isThawed = true
              await on.setStatus(purse, 'ACTIVE')
              await stage.process().flow.resume(books, id)
            }
            return stage.ledgers.of(books).post(order)
          },
        }),
      },
    })
    await slow.turn()
    expect(isThawed).toBe(true)
    await on.quiet(stage.process())
    expect(await stage.payment(id)).toMatchObject({ status })
    expect(await stage.wallet(purse)).toEqual({ balance, held: 0n })
    expect((await on.suspense()) - before).toBe(1_000n - balance)
    await expectSoundPayments(stage.database)
  },
)

const status = fc.constantFrom<Status>('ACTIVE', 'FROZEN')
const action = fc.oneof(
  fc.record({ kind: fc.constant('wallet' as const), status }),
  fc.record({ kind: fc.constant('RAIL_CLEARING' as const), status }),
  fc.record({ kind: fc.constant('SUSPENSE' as const), status }),
  fc.record({
    kind: fc.constant('sweep' as const),
    death: fc.constantFrom<'NONE' | (typeof DEATHS)[number]>('NONE', ...DEATHS),
    dies: fc.constantFrom('before', 'after'),
  }),
  // Two go on with it while the wallet changes.
  fc.record({ kind: fc.constant('race' as const), status }),
)
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

async function act(purse: Purse, each: Action) {
  if (each.kind === 'wallet') return on.setStatus(purse, each.status)
  if (each.kind === 'RAIL_CLEARING' || each.kind === 'SUSPENSE') return operators(each.kind, each.status)
  if (each.kind === 'race')
    return Promise.all([stage.sweep(stage.process()), on.setStatus(purse, each.status), stage.sweep(stage.process())])
  if (each.death === 'NONE') return stage.sweep(stage.process())
  return stage.sweep(each.dies === 'before' ? on.dyingBefore(each.death) : on.dyingAfter(each.death))
}

test('whatever is frozen and thawed, and wherever processes die, the money has come once', async () => {
  const ends = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 12 }), async (actions) => {
      const purse = await stage.purseWith(0n)
      const before = await on.suspense()
      const { id } = await arriving(purse)
      for (const each of [actions[0], 'settles', ...actions.slice(1)])
        await (each === 'settles' ? stage.process().turn() : act(purse, each as Action))
      for (const purpose of ['RAIL_CLEARING', 'SUSPENSE'] as const) await operators(purpose, 'ACTIVE')
      await on.setStatus(purse, 'ACTIVE')
      await on.quiet(stage.process())
      const { status, failure } = await stage.payment(id)
      ends.add(status)
      expect({
        status,
        failure: failure?.code ?? null,
        wallet: await stage.balanceOf(purse.walletId),
        suspense: (await on.suspense()) - before,
        named: (await findUnapplied(stage.books.db, [id])).length,
      }).toEqual(
        status === 'COMPLETED'
          ? { status, failure: null, wallet: 1_000n, suspense: 0n, named: 0 }
          : { status: 'FAILED', failure: 'ACCOUNT_FROZEN', wallet: 0n, suspense: 1_000n, named: 1 },
      )
    }),
    { numRuns: 40, seed: 20_261_123 },
  )
  expect(ends).toEqual(new Set(['COMPLETED', 'FAILED']))
  await expectSoundPayments(stage.database)
  const [row] = await stage.database.sql.system`
    select count(*)::int as suspended from ledger_account where status <> 'ACTIVE' and owner_id is null`
  expect(row).toEqual({ suspended: 0 })
}, 120_000)
