import { type Clock, fixedClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { createHoldExpiry } from '@carriergraph/shared/ledger/hold-expiry.ts'
import { type Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { givenPurse, silent } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('what is held is available again once its time is over, and not before', async () => {
  const clock = fixedClock(stage.now)
  const expiry = createHoldExpiry({
    database: stage.database,
    ledgers: new Ledgers(clock),
    clock,
    log: silent,
  })
  const purse = await stage.purseWith(1_000n)
  await stage.hold(purse, 1_000n)
  const pay = (key: string) => stage.flow().create('demo', requestOf(purse, key, 1_000n))
  clock.advance(3_600_000 - 1)
  await expiry.runOnce()
  expect(await pay('early')).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  clock.advance(1)
  await Promise.all([expiry.runOnce(), expiry.runOnce()])
  expect(await pay('late')).toMatchObject({ value: { status: 'COMPLETED' } })
  await expectSoundLedger(stage.database)
})

test('of every tenant, beginning when it is started', async () => {
  const clock = fixedClock(new Date(stage.now.getTime() + 3_600_000))
  const ledgers = new Ledgers(clock)
  const expiry = createHoldExpiry({ database: stage.database, ledgers, clock, log: silent })
  const purse = await stage.purseWith(500n)
  await stage.hold(purse, 500n)
  await expiry.start()
  await expiry.stop()
  const holds = await stage.database.sql.system`select from ledger_hold`
  expect(holds).toHaveLength(0)
})

/** Holds something in two tenants that is over at once. */
async function holdInTwo(clock: Clock, first: string): Promise<void> {
  const slow = await givenPurse(stage.database, { tenant: first, minor: 500n, now: stage.now })
  const healthy = await stage.purseWith(500n)
  for (const { tenant, walletId } of [slow, healthy]) {
    const books = { tenant, db: stage.database.forTenant(tenant) }
    const { id: funding } = await findOperatorAccount(books.db, 'FUNDING', 'EUR')
    await stage.ledgers.of(books).post({
      kind: 'PENDING',
      id: newId('tfr'),
      debitAccountId: walletId,
      creditAccountId: funding,
      amountMinor: 500n,
      currency: 'EUR',
      reference: 'test',
      expiresAt: clock(),
    })
  }
}

const tenantsHolding = async () =>
  (await stage.database.sql.system`select tenant_id from ledger_hold`).map(({ tenant_id }) => tenant_id)

test('of the others too, where the ledger of one tenant fails', async () => {
  const clock = fixedClock(new Date(stage.now.getTime() + 3_600_000))
  class Failing extends Ledgers {
    override of(books: Books) {
      if (books.tenant === 'ailing') throw new Error('It cannot be reached.')
      return super.of(books)
    }
  }
  await holdInTwo(clock, 'ailing')
  const ledgers = new Failing(clock)
  await createHoldExpiry({ database: stage.database, ledgers, clock, log: silent }).runOnce()
  expect(await tenantsHolding()).toEqual(['ailing'])
  await createHoldExpiry({ database: stage.database, ledgers: new Ledgers(clock), clock, log: silent }).runOnce()
  expect(await tenantsHolding()).toEqual([])
})

test('of the others too, while one tenant has more than is released at once and a ledger that is slow', async () => {
  const clock = fixedClock(new Date(stage.now.getTime() + 3_600_000))
  const othersAreReleased = Promise.withResolvers<void>()
  class Slow extends Ledgers {
    override of(books: Books) {
      const ledger = super.of(books)
      if (books.tenant !== 'a-slow') {
        const post = ledger.post.bind(ledger)
        ledger.post = async (order) => {
          const posting = await post(order)
          othersAreReleased.resolve()
          return posting
        }
        return ledger
      }
      const post = ledger.post.bind(ledger)
      ledger.post = (order) => othersAreReleased.promise.then(() => post(order))
      return ledger
    }
  }
  await holdInTwo(clock, 'a-slow')
  await createHoldExpiry({ database: stage.database, ledgers: new Slow(clock), clock, log: silent }).runOnce()
  expect(await tenantsHolding()).toEqual([])
})
