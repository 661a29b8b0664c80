import { and, eq, isNull, sql } from 'drizzle-orm'
import { withCorrelation } from '../correlation.ts'
import type { TenantDb, Tx } from '../db/pools.ts'
import { recordsetOf } from '../db/recordset.ts'
import { inTransaction } from '../db/transaction.ts'
import { fromUuid } from '../ids.ts'
import type { BusEvent } from './event.ts'
import { queueBehindFailure } from './failures.ts'
import { consumedEvent, failedEvent } from './tables.ts'

/**
 * The effect of an event on this service's database. What it does through `tx` happens exactly once; what it does
 * elsewhere, such as a call over the network, may happen twice and holds the transaction open: journal an event for it.
 */
export type EventHandler = (tx: Tx, event: BusEvent) => Promise<void>

/**
 * The same for neighbours of one type: what it does is what doing it for one after the other would have done, with fewer
 * statements. Where it throws, each is tried in a transaction of its own.
 */
export type NeighboursHandler = { readonly together: (tx: Tx, events: readonly BusEvent[]) => Promise<void> }

export type Handler = EventHandler | NeighboursHandler

type Deliveries = {
  readonly consumer: string
  /** Of the tenant of the connections, in their order. */
  readonly events: readonly BusEvent[]
  readonly handlerOf: (event: BusEvent) => Handler
  readonly now: Date
}

type Delivery = {
  readonly consumer: string
  readonly event: BusEvent
  readonly handler: Handler
  readonly now: Date
}

/**
 * Makes the effects of events that have just come from the bus, all or none. Nothing happens where one has happened before;
 * where an earlier event of the aggregate is waiting for another try, it is put behind that one.
 */
export async function applyNew(db: TenantDb, { consumer, events, handlerOf, now }: Deliveries): Promise<void> {
  await inTransaction(db, async (tx) => {
    const isBehind = await behindFailures(tx, consumer, events)
    const claimed = await claim(
      tx,
      consumer,
      events.filter((event) => !isBehind(event)),
      now,
    )
    // Later ones of an aggregate that waits are as far behind as the first.
    for (const event of events.filter(isBehind)) await queueBehindFailure(tx, consumer, event, now)
    // The second of two that are the same is none any more.
    const fresh = events.filter((event) => claimed.delete(event.id))
    for (const run of runsOfType(fresh)) await apply(tx, handlerOf(run[0]), run)
  })
}

/** Makes the effect of an event that has failed before, and takes it off the list of failures. */
export async function applyAgain(db: TenantDb, { consumer, event, handler, now }: Delivery): Promise<void> {
  await inTransaction(db, async (tx) => {
    const claimed = await claim(tx, consumer, [event], now)
    if (claimed.has(event.id)) await apply(tx, handler, [event])
    await tx
      .delete(failedEvent)
      .where(and(eq(failedEvent.consumer, consumer), eq(failedEvent.eventId, event.id), isNull(failedEvent.parkedAt)))
  })
}

async function apply(tx: Tx, handler: Handler, events: readonly BusEvent[]): Promise<void> {
  if (typeof handler !== 'function') return handler.together(tx, events)
  for (const event of events) await withCorrelation(event.correlationId, () => handler(tx, event))
}

/** Cut where the type changes: nothing overtakes anything. */
function runsOfType(events: readonly BusEvent[]): [BusEvent, ...BusEvent[]][] {
  const runs: [BusEvent, ...BusEvent[]][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (last?.[0].type === event.type) last.push(event)
    else runs.push([event])
  }
  return runs
}

/**
 * @returns the ids of those whose effect is not in the database yet; waits for another transaction that is just making one
 */
async function claim(tx: Tx, consumer: string, events: readonly BusEvent[], now: Date): Promise<Set<string>> {
  if (events.length === 0) return new Set()
  const claimed = await tx.execute<{ id: string }>(sql`
    insert into ${consumedEvent} (${toClaim.names})
    select ${toClaim.names} from ${toClaim.from(events.map(({ id }) => ({ consumer, eventId: id, consumedAt: now })))}
    order by place
    on conflict do nothing returning event_id as id`)
  return new Set(claimed.map(({ id }) => fromUuid('evt', id)))
}

const toClaim = recordsetOf(consumedEvent, ['consumer', 'eventId', 'consumedAt'])

/** Tells which of the events have an earlier one of their aggregate that waits for another try. */
async function behindFailures(
  tx: Tx,
  consumer: string,
  events: readonly BusEvent[],
): Promise<(event: BusEvent) => boolean> {
  const given = asked.from(
    events.map(({ aggregate }) => ({ aggregateType: aggregate.type, aggregateId: aggregate.id })),
  )
  const rows = await tx.execute<{ type: string; id: string }>(sql`
    select aggregate_type as type, aggregate_id as id from ${given}
    where exists (
      select from ${failedEvent} waiting
      where waiting.consumer = ${consumer} and waiting.parked_at is null
        and waiting.aggregate_type = given.aggregate_type and waiting.aggregate_id = given.aggregate_id)`)
  const waiting = new Set(rows.map(nameOf))
  return ({ aggregate }) => waiting.has(nameOf(aggregate))
}

const asked = recordsetOf(failedEvent, ['aggregateType', 'aggregateId'])

const nameOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type} ${id}`
