import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { NO_CLOSING_DAYS } from './calendar.ts'
import { settleAgain } from './decide-reversal.ts'
import { reverseCycle, settleCycle, settleDueCycles } from './settle.ts'
import { ADA, by, FRIDAY, MONDAY, setSettlementStage } from './settlement.fixture.ts'
import { createSettlementWorker } from './settlement-worker.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

test('a tenant with much to settle, or whose ledger is slow, keeps no other waiting', async () => {
  const { database } = payments
  const sets = [await setSettlementStage(database), await setSettlementStage(database)] as const
  const tenants: string[] = []
  for (const set of sets) {
    const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
    await set.entered(ada, bob, 60n)
  }
  const othersAreSettled = Promise.withResolvers<void>()
  const ledgers = new Ledgers(() => FRIDAY)
  const worker = createSettlementWorker({
    database,
    clearing: { timeZone: 'Europe/Brussels', closingDays: NO_CLOSING_DAYS },
    clock: () => MONDAY,
    log: silent,
    ledgers: {
      of(books) {
        const ledger = ledgers.of(books)
        const postLinked = ledger.postLinked.bind(ledger)
        // Whichever comes first waits for the other.
        const isFirst = tenants.push(books.tenant) === 1
        ledger.postLinked = async (orders) => {
          if (isFirst) await othersAreSettled.promise
          const postings = await postLinked(orders)
          othersAreSettled.resolve()
          return postings
        }
        return ledger
      },
    },
  })
  expect(await worker.runOnce()).toBe(2)
  expect(await worker.runOnce()).toBe(0)
  expect(new Set(tenants).size).toBe(2)
})

test('what is settled again on a closing day of its currency waits for the next day of business', async () => {
  const { database } = payments
  const set = await setSettlementStage(database)
  const { bob, cycle } = await set.closedCycle()
  await settleCycle(set.options, cycle)
  await set.decideReversal(cycle)
  await reverseCycle(set.options, cycle)
  const worker = createSettlementWorker({
    database,
    clearing: { timeZone: 'Europe/Brussels', closingDays: new Map([['EUR', new Set(['2026-11-23', '2026-11-24'])]]) },
    clock: set.clock,
    log: silent,
    ledgers: new Ledgers(set.clock),
  })
  await settleAgain(set.db, { id: cycle, reason: 'It has moved.' }, by(ADA, set.clock()))
  for (const day of ['2026-11-23T09:30:00Z', '2026-11-24T09:30:00Z']) {
    set.clock.set(new Date(day))
    expect(await worker.runOnce()).toBe(0)
    expect(await set.balance(bob)).toBe(0n)
  }
  set.clock.set(new Date('2026-11-25T09:30:00Z'))
  expect(await worker.runOnce()).toBe(1)
  expect(await set.balance(bob)).toBe(60n)
})

test('a hundred cycles that the ledger refuses keep no newer one from being closed and settled', async () => {
  const { terms } = await setSettlementStage(payments.database)
  const cutOffs = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`)
  const set = await setSettlementStage(payments.database, { schedule: { ...terms.schedule, cutOffs } })
  const [poor, ada, bob] = [await set.participant(0n), await set.participant(10n), await set.participant(0n)]
  const refused = new Set<string>()
  for (let hour = 0; refused.size < 101; hour += 1) {
    set.clock.set(new Date(MONDAY.getTime() + hour * 3_600_000))
    refused.add(await set.entered(poor, bob, 1n))
  }
  set.clock.advance(3_600_000)
  const newest = await set.entered(ada, bob, 10n)
  expect(refused.has(newest)).toBe(false)
  // All dates of settlement have come.
  set.clock.set(new Date('2026-12-07T09:00:00.000Z'))
  expect(await settleDueCycles({ ...set.options, currency: 'EUR' })).toEqual({ done: 1, refused: 101 })
  expect(await set.balance(bob)).toBe(10n)
})
