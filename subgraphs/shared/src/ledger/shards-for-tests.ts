import { type Id, newId } from '../ids.ts'
import { CLEARING_PURPOSE } from './clearing.ts'
import { NOON, setBooks, type TestBooks } from './ledger-for-tests.ts'
import { type Shard, ShardedLedger } from './sharded-ledger.ts'
import { firstSlotOf, inSlot, inSlotOf, shardOf } from './slot.ts'
import type { TransferOrder } from './transfer.ts'
import { trialBalance } from './trial-balance.ts'
import { verifyLedger } from './verify/verify.ts'

const SHARDS = 2

export type TestShards = AsyncDisposable & {
  readonly books: readonly TestBooks[]
  /** As another process would make it; `dying` takes the place of a shard's own ledger. */
  ledger(now?: () => Date, dying?: (shards: Shard[]) => readonly Shard[]): ShardedLedger
  open(shard: number, account?: Parameters<TestBooks['open']>[0]): Promise<Id<'led'>>
  read(id: Id<'led'>): ReturnType<TestBooks['read']>
  /** What every shard's books say after everything has ended: faults, and by currency what has left and not arrived. */
  atRest(): Promise<{ faults: readonly unknown[]; clearingMinor: Record<string, bigint> }>
}

/** Two databases with empty books. */
export async function setShards(): Promise<TestShards> {
  const books = [await setBooks(), await setBooks()]
  return {
    books,
    ledger(now = () => NOON, dying = (own) => own) {
      const own = books.map(({ database, ledger }) => ({ db: database.forTenant('demo'), ledger: ledger({ now }) }))
      return new ShardedLedger({ shards: dying(own), now })
    },
    open: (shard, account = {}) =>
      (books[shard] as TestBooks).open({ id: inSlot(newId('led'), firstSlotOf(shard, SHARDS) + 7), ...account }),
    read: (id) => (books[shardOf(id, SHARDS)] as TestBooks).read(id),
    async atRest() {
      const faults: unknown[] = []
      const clearingMinor: Record<string, bigint> = {}
      for (const { database } of books) {
        faults.push(...(await verifyLedger(database)).faults)
        for (const line of await trialBalance(database.forTenant('demo')))
          if (line.purpose === CLEARING_PURPOSE)
            clearingMinor[line.currency] = (clearingMinor[line.currency] ?? 0n) + line.creditMinor - line.debitMinor
      }
      return { faults, clearingMinor }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(books.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

/** The same order under an id of the slot that decides on it. */
export const on = <Order extends TransferOrder>(order: Order, neighbour: Id<string>): Order => ({
  ...order,
  id: inSlotOf(order.id, neighbour),
})
