// One call of createRemittance in a process of its own that kills itself, as kill -9 would, at the given place. Arguments: JSON of
// DyingRemittance.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { dyingFlow } from './dying-flow.ts'
import { type Purse, silent } from './payments-database.ts'
import { remittanceParts, requestOf } from './remittance-stage.ts'

export type DyingRemittance = {
  readonly databaseUrl: string
  readonly now: string
  readonly purse: Purse
  readonly quoteId: Id<'fxq'>
  readonly idempotencyKey: string
  /** See `dyingFlow`. */
  readonly dieAt: number
}

const { databaseUrl, now, purse, quoteId, idempotencyKey, dieAt }: DyingRemittance = JSON.parse(process.argv[2] ?? '')

const database = openDatabase({ url: databaseUrl, applicationName: 'dying-remittance', log: silent })
const books = { tenant: purse.tenant, db: database.forTenant(purse.tenant) }
const parts = remittanceParts(books, () => new Date(now))
const die = () => void process.kill(process.pid, 'SIGKILL')
await dyingFlow(parts, dieAt, 'APPROVE', die).create(books, requestOf(purse, quoteId, {}, idempotencyKey))
