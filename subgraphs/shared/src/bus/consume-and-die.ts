import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bigint, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { tenantColumn } from '../id-column.ts'
import { toUuid } from '../ids.ts'
import { tenantPolicy } from '../tenancy.ts'
import type { EventHandler } from './effect.ts'

/** What the handler of these tests leaves behind, in the order in which it came about. Nothing in it refuses the same twice. */
export const effect = pgTable(
  'effect',
  {
    tenantId: tenantColumn(),
    n: bigint('n', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    eventId: uuid('event_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.n] }), tenantPolicy()],
)

export const noteEffect: EventHandler = async (tx, { id }) => {
  await tx.insert(effect).values({ eventId: toUuid(id) })
}

export const CONSUMER = 'dying'
export const EVENT_TYPE = 'thing.made'

export type DyingConsumer = {
  readonly databaseUrl: string
  readonly busUrl: string
  /** Behind the effect of so many events, or before or after the bus is told that they are worked off. */
  readonly dieAt: number | 'before the bus is told' | 'after the bus is told'
}

const PROGRAM = fileURLToPath(new URL('./dying-consumer.ts', import.meta.url))

/** Resolves with how the process ended that consumed: by SIGKILL, unless something is wrong. */
export async function consumeAndDie(dying: DyingConsumer): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(dying)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  return signal ?? `exit code ${code}`
}
