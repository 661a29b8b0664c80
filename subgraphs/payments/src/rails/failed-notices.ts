import { applyAgain } from '@carriergraph/shared/bus/effect.ts'
import type { BusEvent } from '@carriergraph/shared/bus/event.ts'
import { currencyField } from '@carriergraph/shared/bus/event-fields.ts'
import { dueFailures, noteFailure } from '@carriergraph/shared/bus/failures.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, namedId, parseId } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { z } from 'zod'
import { findFailedNotices } from '../db/failed-notices.ts'
import { type Notice, noticeName } from './notice.ts'
import type { RailName } from './rail.ts'
import { isTransactionStatus, type TransactionStatus } from './status.ts'

/** Under which notices of a rail stand among the events that failed: operators see and replay them there. */
export const failedNoticesOf = (rail: RailName): string => `rail ${rail}`

export type FailedNoticesOptions = {
  readonly books: Books
  readonly rail: RailName
  readonly log: Log
  readonly onParked: () => void
}

/**
 * Notices that could not be taken. They are kept beside the events whose effect failed, and tried again as those are: with
 * growing pauses, later ones of the same instruction behind them, and after the last try they are parked for an operator.
 * The rail need not tell them again, and what it tells behind them goes on.
 */
export class FailedNotices {
  readonly #options: FailedNoticesOptions
  readonly #consumer: string

  constructor(options: FailedNoticesOptions) {
    this.#options = options
    this.#consumer = failedNoticesOf(options.rail)
  }

  /** Those that are not set aside: of one that is, its next try is due in its time, however often it is told meanwhile. */
  async without(notices: readonly Notice[]): Promise<Notice[]> {
    const { tenant, db } = this.#options.books
    const ids = notices.map((notice) => idOf(notice, tenant))
    const failed = await findFailedNotices(db, this.#consumer, ids)
    return notices.filter((_, at) => !failed.has(ids[at] as Id<'evt'>))
  }

  /** Notes one more failed try of a notice. */
  async note(notice: Notice, error: unknown, now: Date): Promise<void> {
    const { tenant } = this.#options.books
    await this.#note(eventOf(notice, tenant, now), error, now)
  }

  /** Tries again those whose time has come. @returns how many that were */
  async retry(take: (tx: Tx, notices: readonly Notice[]) => Promise<void>, now: Date): Promise<number> {
    const { db } = this.#options.books
    const due = await dueFailures(db, this.#consumer, now)
    for (const event of due) {
      const handler = (tx: Tx) => take(tx, [noticeOf(event)])
      try {
        await applyAgain(db, { consumer: this.#consumer, event, handler, now })
      } catch (error) {
        await this.#note(event, error, now)
      }
    }
    return due.length
  }

  async #note(event: BusEvent, error: unknown, now: Date): Promise<void> {
    const { books, rail, log, onParked } = this.#options
    const isParked = await noteFailure(books.db, this.#consumer, event, { error, now })
    const about = { err: error, tenant: books.tenant, rail, instruction: event.aggregate.id, event: event.id }
    if (isParked) {
      onParked()
      log.error(about, 'a notice of a rail is parked after its last try; replay it when the cause is gone')
    } else log.warn(about, 'a notice of a rail could not be taken; it is tried again')
  }
}

const reason = z
  .object({ code: z.string(), text: z.string().optional() })
  .optional()
  .transform((told) => told && { code: told.code, text: told.text })
const status = z.custom<TransactionStatus>((text) => typeof text === 'string' && isTransactionStatus(text))
const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('STATUS'), status, reason }),
  z.object({ kind: z.literal('NO_ANSWER') }),
  z.object({ kind: z.literal('NEVER_ARRIVED') }),
  z.object({
    kind: z.literal('RETURN'),
    amount: z
      .object({ minor: z.string(), currency: currencyField })
      .transform(({ minor, currency }) => money(BigInt(minor), currency)),
    reference: z.string().optional(),
    entryReference: z.string().optional(),
    bookedOn: z.string().optional(),
    toldIn: z.string().optional(),
    reason,
  }),
])

/** The same notice is the same event, however often it is told. */
const idOf = (notice: Notice, tenant: string): Id<'evt'> =>
  namedId('evt', JSON.stringify(['rail notice', tenant, ...noticeName(notice)]))

const eventOf = ({ instructionId, key, ...news }: Notice, tenant: string, now: Date): BusEvent => ({
  id: idOf({ instructionId, key, ...news }, tenant),
  tenant,
  source: 'payments',
  aggregate: { type: 'rail_instruction', id: instructionId },
  version: 1,
  type: 'rail.notice',
  data: {
    key,
    ...news,
    ...('amount' in news && { amount: { minor: String(news.amount.minor), currency: news.amount.currency } }),
  },
  actor: 'svc:payments',
  correlationId: instructionId,
  causationId: null,
  occurredAt: now,
})

const noticeOf = ({ aggregate, data }: BusEvent): Notice => ({
  instructionId: parseId('ins', aggregate.id),
  key: z.string().parse(data.key),
  ...stored.parse(data),
})
