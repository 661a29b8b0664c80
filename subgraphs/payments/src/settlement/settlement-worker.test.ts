import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { FRIDAY, MONDAY, setSettlementStage } from './settlement.fixture.ts'
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
    clearing: { timeZone: 'Europe/Brussels' },
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
