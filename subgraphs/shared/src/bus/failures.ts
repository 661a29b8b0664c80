import { and, asc, desc, eq, gt, isNotNull, isNull, lte, notExists, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { postgresErrorBehind } from '../db/sql-error.ts'
import { withoutValues } from '../db/without-values.ts'
import type { Id } from '../ids.ts'
import { placeholderFor } from '../placeholder.ts'
import { type BusEvent, fromJson, toJson } from './event.ts'
import { failedEvent } from './tables.ts'

/** Tries of one event, the first included, before it is parked. */
export const ATTEMPTS_MAX = 5
/** The pause after the first failure. It grows fivefold: 2 s, 10 s, 50 s, 250 s outlast a restart or a failover. */
export const FIRST_RETRY_MS = 2_000
export const RETRY_GROWTH = 5
/** Failures are shown to an operator; a longer message is in the log. */
export const ERROR_LENGTH_MAX = 2_000
/** Events tried again in one step of a consumer. */
export const RETRIES_MAX = 100
/** Parked events in one page of the list. */
export const PARKED_PAGE_MAX = 100

export type ParkedEvent = {
  readonly consumer: string
  readonly event: BusEvent
  readonly attempts: number
  readonly lastError: string | null
  readonly parkedAt: Date
}

/** Parked events of the tenant, or of all tenants through the system handle; the newest first. */
export async function listParkedEvents(
  db: Db,
  { consumer, limit = PARKED_PAGE_MAX }: { consumer?: string; limit?: number } = {},
): Promise<ParkedEvent[]> {
  const rows = await db
    .select()
    .from(failedEvent)
    .where(
      and(isNotNull(failedEvent.parkedAt), consumer === undefined ? undefined : eq(failedEvent.consumer, consumer)),
    )
    .orderBy(desc(failedEvent.parkedAt), desc(failedEvent.arrival))
    .limit(Math.min(limit, PARKED_PAGE_MAX))
  return rows.flatMap(({ parkedAt, event, ...row }) =>
    parkedAt === null
      ? []
      : [
          {
            consumer: row.consumer,
            event: fromJson(event),
            attempts: row.attempts,
            lastError: row.lastError,
            parkedAt,
          },
        ],
  )
}

/**
 * Lets the consumer try a parked event again, with all its tries; later events of the aggregate wait meanwhile.
 * @returns false when no such event is parked
 */
export async function replayParkedEvent(
  db: Db,
  { consumer, eventId, now }: { consumer: string; eventId: Id<'evt'>; now: Date },
): Promise<boolean> {
  const replayed = await db
    .update(failedEvent)
    .set({ parkedAt: null, attempts: 0, nextAttemptAt: now })
    .where(and(eq(failedEvent.consumer, consumer), eq(failedEvent.eventId, eventId), isNotNull(failedEvent.parkedAt)))
    .returning({ id: failedEvent.eventId })
  return replayed.length > 0
}

/** Makes `event` wait behind the failed event of its aggregate, in the order of arrival. */
export async function queueBehindFailure(db: Db, consumer: string, event: BusEvent, now: Date): Promise<void> {
  await db
    .insert(failedEvent)
    .values({ ...keyOf(consumer, event), event: toJson(event), attempts: 0, nextAttemptAt: now })
    .onConflictDoNothing()
}

/**
 * Notes one more failed try.
 * @returns whether the event is parked now
 */
export async function noteFailure(
  db: Db,
  consumer: string,
  event: BusEvent,
  { error, now }: { error: unknown; now: Date },
): Promise<boolean> {
  const lastError = describe(error).slice(0, ERROR_LENGTH_MAX)
  const attempts = sql<number>`${failedEvent.attempts} + 1`
  const pause = sql`make_interval(secs => ${FIRST_RETRY_MS / 1_000} * ${RETRY_GROWTH} ^ (${failedEvent.attempts}))`
  const at = sql`${now.toISOString()}::timestamptz`
  const [row] = await db
    .insert(failedEvent)
    .values({
      ...keyOf(consumer, event),
      event: toJson(event),
      attempts: 1,
      nextAttemptAt: new Date(now.getTime() + FIRST_RETRY_MS),
      lastError,
    })
    .onConflictDoUpdate({
      target: [failedEvent.tenantId, failedEvent.consumer, failedEvent.eventId],
      set: {
        attempts,
        nextAttemptAt: sql`${at} + ${pause}`,
        lastError,
        parkedAt: sql`case when ${attempts} >= ${ATTEMPTS_MAX} then ${at} end`,
      },
    })
    .returning({ parkedAt: failedEvent.parkedAt })
  return row !== undefined && row.parkedAt !== null
}

const earlier = alias(failedEvent, 'earlier')
const waitingAndDue = preparedFor((db) =>
  db
    .select({ event: failedEvent.event })
    .from(failedEvent)
    .where(
      and(
        eq(failedEvent.consumer, placeholderFor(failedEvent.consumer, 'consumer')),
        isNull(failedEvent.parkedAt),
        lte(failedEvent.nextAttemptAt, placeholderFor(failedEvent.nextAttemptAt, 'now')),
        notExists(
          db
            .select({ one: sql`1` })
            .from(earlier)
            .where(
              and(
                eq(earlier.consumer, failedEvent.consumer),
                eq(earlier.tenantId, failedEvent.tenantId),
                eq(earlier.aggregateType, failedEvent.aggregateType),
                eq(earlier.aggregateId, failedEvent.aggregateId),
                isNull(earlier.parkedAt),
                gt(failedEvent.arrival, earlier.arrival),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(failedEvent.arrival))
    .limit(RETRIES_MAX)
    .prepare('failures that are due'),
)

/** The first waiting event of each aggregate whose time has come, of every tenant. */
export async function dueFailures(system: Db, consumer: string, now: Date): Promise<BusEvent[]> {
  const rows = await waitingAndDue(system).execute({ consumer, now })
  return rows.map(({ event }) => fromJson(event))
}

const keyOf = (consumer: string, event: BusEvent) => ({
  tenantId: event.tenant,
  consumer,
  eventId: event.id,
  aggregateType: event.aggregate.type,
  aggregateId: event.aggregate.id,
})

/** The server's own words where there are any: Drizzle's message repeats all parameters, which are customers' data. */
function describe(error: unknown): string {
  const said = postgresErrorBehind(error) ?? error
  return said instanceof Error ? withoutValues(said.message, said) : String(said)
}
