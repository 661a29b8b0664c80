// One transfer from shard to shard in a process of its own that kills itself, as kill -9 would, before the named step.
// Argument: JSON of DyingCrossing. Run by `crossAndDie`.

import { pino } from 'pino'
import { openDatabase } from '../db/pools.ts'
import { CROSSING_STEPS, type DyingCrossing } from './cross-and-die.ts'
import { Ledger } from './ledger.ts'
import { type Shard, ShardedLedger } from './sharded-ledger.ts'
import type { TransferOrder } from './transfer.ts'

const { databases, order, minor, before }: DyingCrossing & { readonly minor: string } = JSON.parse(
  process.argv[2] ?? '',
)
const now = () => new Date('2026-11-21T12:00:00.000Z')
const deadly = CROSSING_STEPS.indexOf(before)
let step = 0
const dieIfDue = (): void => {
  if (step === deadly) process.kill(process.pid, 'SIGKILL')
  step += 1
}

const shards = databases.map((url): Shard => {
  const database = openDatabase({ url, applicationName: 'dying-crossing', log: pino({ level: 'silent' }) })
  const ledger = new Ledger({ database, tenant: 'demo', now })
  return {
    db: database.forTenant('demo'),
    ledger: {
      post: (order: TransferOrder) => {
        dieIfDue()
        return ledger.post(order)
      },
      postLinked: (orders) => ledger.postLinked(orders),
      drained: () => ledger.drained(),
    },
  }
})
await new ShardedLedger({ shards, now }).post({ ...order, amountMinor: BigInt(minor) })
dieIfDue()
