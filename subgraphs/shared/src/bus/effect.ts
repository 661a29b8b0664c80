import { and, eq, isNull, sql } from 'drizzle-orm'
import type { TenantDb, Tx } from '../db/pools.ts'
import { inTransaction } from '../db/transaction.ts'
import type { BusEvent } from './event.ts'
import { queueBehindFailure } from './failures.ts'
import { consumedEvent, failedEvent } from './tables.ts'

/**
 * The effect of an event on this service's database. What it does through `tx` happens exactly once; what it does
 * elsewhere, such as a call over the network, may happen twice and holds the transaction open: journal an event for it.
 */
export type EventHandler = (tx: Tx, event: BusEvent) => Promise<void>

type Delivery = {
  readonly consumer: string
  readonly event: BusEvent
  readonly handler: EventHandler
  readonly now: Date
}

/**
 * Makes the effect of an event that has just come from the bus. Nothing happens where it has happened before; where an
 * earlier event of the aggregate is waiting for another try, this one is put behind it.
 */
export async function applyNew(db: TenantDb, { consumer, event, handler, now }: Delivery): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (await isBehindFailure(tx, consumer, event)) await queueBehindFailure(tx, consumer, event, now)
    else if (await claim(tx, consumer, event, now)) await handler(tx, event)
  })
}

/** Makes the effect of an event that has failed before, and takes it off the list of failures. */
export async function applyAgain(db: TenantDb, { consumer, event, handler, now }: Delivery): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (await claim(tx, consumer, event, now)) await handler(tx, event)
    await tx
      .delete(failedEvent)
      .where(and(eq(failedEvent.consumer, consumer), eq(failedEvent.eventId, event.id), isNull(failedEvent.parkedAt)))
  })
}

/** @returns false when the effect is in the database already; waits for another transaction that is just making it */
async function claim(tx: Tx, consumer: string, event: BusEvent, now: Date): Promise<boolean> {
  const claimed = await tx
    .insert(consumedEvent)
    .values({ consumer, eventId: event.id, consumedAt: now })
    .onConflictDoNothing()
    .returning({ id: consumedEvent.eventId })
  return claimed.length > 0
}

async function isBehindFailure(tx: Tx, consumer: string, { aggregate }: BusEvent): Promise<boolean> {
  const waiting = await tx
    .select({ one: sql`1` })
    .from(failedEvent)
    .where(
      and(
        eq(failedEvent.consumer, consumer),
        eq(failedEvent.aggregateType, aggregate.type),
        eq(failedEvent.aggregateId, aggregate.id),
        isNull(failedEvent.parkedAt),
      ),
    )
    .limit(1)
  return waiting.length > 0
}
