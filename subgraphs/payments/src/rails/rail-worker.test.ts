import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { orderOf, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import type { Instruction } from './instruction.ts'
import { RailWorker } from './rail-worker.ts'
import { instruction, NOON } from './rails.fixture.ts'
import { Rails } from './rails.ts'
import { railsConfig } from './settings.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

const clock = fixedClock(NOON)

/** A process, and what its giver of instructions has heard. */
function processOf(heard: string[] = [], onHeard: (tenant: string) => unknown = () => {}) {
  const { database } = payments
  const rails = new Rails({ config: railsConfig({}), clock, log: silent })
  rails.news.register('pay', async (_, { after }, { tenant }) => {
    heard.push(`${tenant} ${after.instruction.id} ${after.state}`)
    onHeard(tenant)
  })
  const register = (tenant: string, order: Instruction) =>
    inTransaction(database.forTenant(tenant), (tx) => rails.instruct(tx, tenant, order, 'sandbox'))
  const worker = new RailWorker({ database, rails, clock, log: silent, schedule: () => () => {} })
  return { rails, register, worker, heard }
}

const stateOf = async (tenant: string, { id }: Instruction) =>
  (await findInstruction(payments.database.forTenant(tenant), id))?.state

test('what is registered is sent without a tick, once it is committed, and not where it is rolled back', async () => {
  const { register, worker, rails } = processOf()
  const { promise, resolve } = Promise.withResolvers<void>()
  rails.onRegistered(() => resolve())
  worker.start()
  const [order, other] = [instruction(), instruction()]
  await register('woken', order)
  await promise
  const failed = inTransaction(payments.database.forTenant('woken'), async (tx) => {
    await rails.instruct(tx, 'woken', other, 'sandbox')
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  await worker.stop()
  expect(await stateOf('woken', order)).toBe('ACCEPTED')
  expect(await stateOf('woken', other)).toBeUndefined()
})

test('what a process left that died is sent and heard by another one, of every tenant', async () => {
  const dead = processOf()
  const orders = [instruction(), instruction({ remittance: 'SANDBOX LOST' })]
  for (const [index, order] of orders.entries()) await dead.register(`left-${index}`, order)
  const { worker, heard } = processOf()
  for (let round = 0; round < 4; round += 1) {
    clock.advance(10_000)
    await worker.runOnce()
  }
  for (const [index, order] of orders.entries()) {
    expect(await stateOf(`left-${index}`, order)).toBe('SETTLED')
    expect(heard.filter((told) => told === `left-${index} ${order.id} SETTLED`)).toHaveLength(1)
  }
})

test('several at once tell each change once', async () => {
  const heard: string[] = []
  const processes = Array.from({ length: 3 }, () => processOf(heard))
  const orders = Array.from({ length: 8 }, () => instruction({ remittance: 'SANDBOX DUPLICATE' }))
  for (const order of orders) await processes[0]?.register('many', order)
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(processes.map(({ worker }) => worker.runOnce()))
    clock.advance(10_000)
  }
  const ends = heard.filter((told) => told.endsWith('SETTLED'))
  expect(ends.toSorted()).toEqual(orders.map(({ id }) => `many ${id} SETTLED`).toSorted())
})

test('a tenant whose rail fails holds up no other', async () => {
  const { worker, register, rails } = processOf()
  const [broken, good] = [instruction(), instruction()]
  await register('a-broken', broken)
  await register('b-good', good)
  const open = rails.open.bind(rails)
  rails.open = (books, name) => (books.tenant === 'a-broken' ? Promise.reject(new Error('broken')) : open(books, name))
  await worker.runOnce()
  expect(await stateOf('b-good', good)).toBe('ACCEPTED')
  expect(await stateOf('a-broken', broken)).toBe('REGISTERED')
})

test.each(['sent', 'heard'] as const)(
  'a tenant for whom much is %s, or slowly, keeps no other waiting',
  async (what) => {
    const slow = `a-slow-${what}`
    const othersAreSent = Promise.withResolvers<void>()
    const onHeard = (tenant: string) => tenant === `b-quick-${what}` && othersAreSent.resolve()
    const dead = processOf([], onHeard)
    const { worker, rails } = what === 'sent' ? dead : processOf([], onHeard)
    const orders = [instruction(), instruction()] as const
    // More than are sent at once.
    for (const order of [orders[0], ...Array.from({ length: 5 }, () => instruction())]) await dead.register(slow, order)
    await dead.register(`b-quick-${what}`, orders[1])
    const open = rails.open.bind(rails)
    rails.open = async (books, name) => {
      if (books.tenant === slow) await othersAreSent.promise
      return open(books, name)
    }
    clock.advance(10_000)
    await worker.runOnce()
    expect(await stateOf(slow, orders[0])).toBe('ACCEPTED')
    expect(await stateOf(`b-quick-${what}`, orders[1])).toBe('ACCEPTED')
  },
)

test('instructions are gathered for as long as is said, and go as one file', async () => {
  await using stage = await setRailsStage({ RAIL_BANK: 'iso20022', RAIL_ISO20022_FILE_EVERY_MS: 60_000 })
  const purse = await stage.purseWith(5_000n)
  const { flow, turn } = stage.process()
  const files: number[] = []
  for (const key of ['first', 'second', 'third']) {
    takenOnBy(await flow.create(stage.books, orderOf(purse, key, 100n)))
    await turn()
    files.push((await stage.outbox()).length)
    stage.clock.advance(25_000)
  }
  stage.clock.advance(10_000)
  await turn()
  expect([...files, (await stage.outbox()).length]).toEqual([1, 1, 1, 2])
})
