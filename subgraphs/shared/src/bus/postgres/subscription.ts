import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db/pools.ts'
import { preparedFor } from '../../db/prepared.ts'
import { horizonOf } from '../../journal/horizon.ts'
import type { Pace } from '../../journal/polling-loop.ts'
import { BEGINNING, compare, justBefore, type Position } from '../../journal/position.ts'
import { placeholderFor } from '../../placeholder.ts'
import type { BusSubscription } from '../bus.ts'
import type { BusEvent } from '../event.ts'
import { busConsumer, busEvent } from './tables.ts'

export type PostgresSubscriptionOptions = {
  readonly db: Db
  readonly consumer: string
  readonly types: readonly string[]
  readonly onAvailable: (wake: () => void) => () => void
}

export class PostgresSubscription implements BusSubscription {
  readonly onAvailable: (wake: () => void) => () => void
  readonly #db: Db
  readonly #consumer: string
  readonly #rows: ReturnType<typeof settledRows>
  #position: Position | undefined

  constructor({ db, consumer, types, onAvailable }: PostgresSubscriptionOptions) {
    this.#db = db
    this.#consumer = consumer
    this.#rows = settledRows(types)
    this.onAvailable = onAvailable
  }

  async fetch(limit: number): Promise<{ events: BusEvent[]; pace: Pace }> {
    const after = this.#position ?? (await this.#acknowledged())
    const { horizon, isWaiting } = await readHorizon(this.#db)
    const upTo = justBefore(horizon)
    // After a restore or a failover: its transactions count on from earlier, and what they bring would be skipped.
    if (compare(upTo, after) < 0) throw new Error('The event bus has lost transactions that were read from it.')
    const rows = await this.#rows(this.#db).execute({ ...after, upToXid: upTo.xid, limit })
    const last = rows.at(-1)
    const isFull = rows.length === limit && last !== undefined
    this.#position = isFull ? { xid: last.xid, seq: last.seq } : upTo
    return { events: rows.map(toEvent), pace: isFull ? 'again' : isWaiting ? 'soon' : 'idle' }
  }

  async acknowledge(): Promise<void> {
    if (this.#position === undefined) return
    await this.#db
      .insert(busConsumer)
      .values({ consumer: this.#consumer, ...this.#position })
      .onConflictDoUpdate({
        target: busConsumer.consumer,
        set: this.#position,
        // A process that has lost its lease without knowing must not set the others back.
        setWhere: sql`(${busConsumer.xid}, ${busConsumer.seq}) < (excluded.xid, excluded.seq)`,
      })
  }

  async #acknowledged(): Promise<Position> {
    const [row] = await this.#db.select().from(busConsumer).where(eq(busConsumer.consumer, this.#consumer))
    return row ?? BEGINNING
  }
}

const readHorizon = horizonOf(busEvent)

const settledRows = (types: readonly string[]) =>
  preparedFor((db) =>
    db
      .select()
      .from(busEvent)
      .where(
        and(
          sql`(${busEvent.xid}, ${busEvent.seq}) >
            (${placeholderFor(busEvent.xid, 'xid')}::xid8, ${placeholderFor(busEvent.seq, 'seq')}::bigint)`,
          sql`${busEvent.xid} <= ${placeholderFor(busEvent.xid, 'upToXid')}::xid8`,
          inArray(busEvent.type, [...types]),
        ),
      )
      .orderBy(busEvent.xid, busEvent.seq)
      .limit(sql.placeholder('limit'))
      .prepare('bus_settled'),
  )

type Row = typeof busEvent.$inferSelect

const toEvent = ({ tenantId, aggregateType, aggregateId, xid, seq, publishedAt, ...row }: Row): BusEvent => ({
  ...row,
  tenant: tenantId,
  aggregate: { type: aggregateType, id: aggregateId },
})
