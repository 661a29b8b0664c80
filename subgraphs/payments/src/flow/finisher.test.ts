// How much is driven on at one time, and what becomes of what waits. Nothing here needs a database.

import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { expect, it } from 'vitest'
import { WAITING_MAX } from '../tenant-queue.ts'
import { silent } from '../testing/payments-database.ts'
import { FINISHING_MAX, Finisher } from './finisher.ts'

const booksOf = (tenant: string) => ({ tenant, db: {} as TenantDb })

/** A finisher whose work ends when the test says so. */
function heldFinisher() {
  const begun: { readonly tenant: string; readonly id: Id<'pay'>; end(): void; fail(error: Error): void }[] = []
  const finisher = new Finisher<'pay'>({
    flow: {
      resume({ tenant }, id) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        begun.push({ tenant, id, end: () => resolve(), fail: reject })
        return promise
      },
    },
    log: silent,
  })
  const ask = (tenant: string, count: number): Id<'pay'>[] =>
    Array.from({ length: count }, () => {
      const id = newId('pay')
      finisher.soon(booksOf(tenant), id)
      return id
    })
  /** Lets all of it end, what is begun by that as well. */
  const endAll = async () => {
    const idle = finisher.idle()
    const ending = { isDone: false }
    void idle.then(() => {
      ending.isDone = true
    })
    for (let next = 0; !ending.isDone; await new Promise(setImmediate))
      for (; next < begun.length; next += 1) begun[next]?.end()
  }
  return { finisher, begun, ask, endAll }
}

it('drives so many of a tenant on at a time, and the others in their order as those end', async () => {
  const { begun, ask, endAll } = heldFinisher()
  const ids = ask('demo', FINISHING_MAX + 2)
  expect(begun).toHaveLength(FINISHING_MAX)
  begun[7]?.end()
  await new Promise(setImmediate)
  expect(begun).toHaveLength(FINISHING_MAX + 1)
  begun[8]?.fail(new Error('the ledger is overloaded'))
  await new Promise(setImmediate)
  expect(begun.map(({ id }) => id)).toEqual(ids)
  await endAll()
})

it('does not let a tenant wait for another whose work does not end', async () => {
  const { begun, ask, endAll } = heldFinisher()
  ask('slow', FINISHING_MAX + 1)
  const [id] = ask('quick', 1)
  expect(begun.at(-1)).toMatchObject({ tenant: 'quick', id })
  await endAll()
})

it('is idle when what waited has ended as well', async () => {
  const { begun, ask, endAll } = heldFinisher()
  const ids = ask('demo', 2 * FINISHING_MAX + 1)
  await endAll()
  expect(begun.map(({ id }) => id)).toEqual(ids)
})

it('leaves what waits to the sweeper when it stops, and what comes to a full queue', async () => {
  const { finisher, begun, ask } = heldFinisher()
  const ids = ask('demo', FINISHING_MAX + WAITING_MAX + 1)
  // The one beyond does not come although there is room by then.
  for (let next = 0; begun.length < ids.length - 1; await new Promise(setImmediate))
    for (; next < begun.length - 1; next += 1) begun[next]?.end()
  expect(begun.map(({ id }) => id)).toEqual(ids.slice(0, -1))
  ask('demo', FINISHING_MAX)
  const atStop = begun.length
  const stopped = finisher.stop()
  ask('demo', 1)
  for (const one of begun) one.end()
  await stopped
  expect(begun).toHaveLength(atStop)
})
