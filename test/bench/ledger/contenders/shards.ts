import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { type Shard, ShardedLedger } from '@carriergraph/shared/ledger/sharded-ledger.ts'
import { firstSlotOf } from '@carriergraph/shared/ledger/slot.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { ACCOUNTS, openAccounts, spread, TENANT, transferBetween } from '../accounts.ts'
import { applyLoad } from '../load.ts'
import type { Contender } from './contender.ts'
import { assertPosted, assertSound, systemNow } from './engine.ts'

const SHARDS = 2
const IN_FLIGHT = 1_000

/** As many databases, each with its own poster. @param crossing the share of transfers that go from one to another */
export const twoShards = (crossing: number): Contender => ({
  title: `two shards, ${IN_FLIGHT.toLocaleString('en')} in flight each, ${crossing === 0 ? 'none' : `${crossing * 100} %`} crossing`,
  async start(stage) {
    const databases = await Promise.all(
      Array.from({ length: SHARDS }, (_, place) => stage.books(`shard_${crossing * 100}_${place}`)),
    )
    const shards = databases.map(
      (database): Shard => ({
        db: database.forTenant(TENANT),
        ledger: new Ledger({ database, tenant: TENANT, now: systemNow }),
      }),
    )
    const ledger = new ShardedLedger({ shards, now: systemNow })
    const accounts = await Promise.all(
      databases.map((database, place) =>
        openAccounts(database, ACCOUNTS, { first: firstSlotOf(place, SHARDS), end: firstSlotOf(place + 1, SHARDS) }),
      ),
    )
    const next = accounts.map(spread)
    let caller = 0
    return {
      load: (until) =>
        applyLoad(SHARDS * IN_FLIGHT, until, async () => {
          const place = caller++ % SHARDS
          const [debit, credit] = next[place]?.() ?? []
          const [, far] = next[(place + 1) % SHARDS]?.() ?? []
          if (debit === undefined || credit === undefined || far === undefined) throw new Error('There is no account.')
          assertPosted([await ledger.post(transferBetween(debit, Math.random() < crossing ? far : credit))])
          return 1
        }),
      async verify() {
        const { ended, waiting } = await ledger.resume(0)
        if (ended + waiting > 0) throw new Error(`${ended + waiting} crossings were left open.`)
        for (const database of databases) await assertSound(database)
        const lines = await Promise.all(shards.map(({ db }) => trialBalance(db)))
        const cleared = lines.flat().filter(({ purpose }) => purpose === 'CLEARING')
        if (cleared.reduce((sum, { debitMinor, creditMinor }) => sum + creditMinor - debitMinor, 0n) !== 0n)
          throw new Error('What left one shard has not arrived on the other.')
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(databases.map((database) => database.close({ timeout_s: 1 })))
      },
    }
  },
})
