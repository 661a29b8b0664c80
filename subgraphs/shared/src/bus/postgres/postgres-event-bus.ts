import { sql } from 'drizzle-orm'
import type { Database } from '../../db/pools.ts'
import { pruneBefore } from '../../db/prune.ts'
import { recordsetOf } from '../../db/recordset.ts'
import type { BusSubscription, EventBus } from '../bus.ts'
import type { BusEvent } from '../event.ts'
import { PostgresSubscription } from './subscription.ts'
import { busEvent } from './tables.ts'

/** Rows in one INSERT: with data of the largest size, tens of megabytes. */
export const PUBLISH_ROWS_MAX = 500
/** How long a consumer may be away without missing anything. Below what `consumed_event` remembers. */
export const BUS_RETENTION_DAYS = 7

const CHANNEL = 'bus_event'

export class PostgresEventBus implements EventBus {
  readonly #database: Database
  readonly #hearers = new Set<() => void>()
  #listening: Promise<unknown> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  async publish(events: readonly BusEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += PUBLISH_ROWS_MAX) {
      const rows = published.from(events.slice(from, from + PUBLISH_ROWS_MAX).map(toRow))
      await this.#database.system.execute(sql`
        insert into ${busEvent} (${published.names}, published_at) select ${published.names}, now() from ${rows}
        order by place on conflict (tenant_id, event_id) do nothing`)
    }
    if (events.length === 0) return
    // A statement of its own: transactions that notify can commit only one at a time. If it fails, polling finds them.
    await this.#database.sql.system`select pg_notify(${CHANNEL}, '')`.catch((error: unknown) =>
      this.#database.log.debug({ err: error }, 'could not notify the bus channel'),
    )
  }

  subscribe({ consumer, types }: { consumer: string; types: readonly string[] }): BusSubscription {
    this.#listening ??= this.#listen()
    return new PostgresSubscription({
      db: this.#database.system,
      consumer,
      types,
      onAvailable: (wake) => {
        this.#hearers.add(wake)
        return () => this.#hearers.delete(wake)
      },
    })
  }

  async prune(now: Date): Promise<void> {
    const eldest = new Date(now.getTime() - BUS_RETENTION_DAYS * 86_400_000)
    await pruneBefore(this.#database.system, busEvent.publishedAt, eldest)
  }

  async close(): Promise<void> {
    await this.#database.close({ timeout_s: 5 })
  }

  async #listen(): Promise<void> {
    const wake = () => {
      for (const hear of this.#hearers) hear()
    }
    try {
      await this.#database.sql.system.listen(CHANNEL, wake, wake)
    } catch (error) {
      // postgres.js goes on trying; until it succeeds, consumers find events by polling.
      this.#database.log.warn({ err: error }, 'cannot listen to the event bus yet')
    }
  }
}

const published = recordsetOf(busEvent, [
  'tenantId',
  'id',
  'source',
  'aggregateType',
  'aggregateId',
  'version',
  'type',
  'data',
  'actor',
  'correlationId',
  'causationId',
  'occurredAt',
])

const toRow = ({ tenant, aggregate, ...event }: BusEvent) => ({
  ...event,
  tenantId: tenant,
  aggregateType: aggregate.type,
  aggregateId: aggregate.id,
})
