import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { Lanes } from '@carriergraph/shared/lanes.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Registry } from 'prom-client'
import { tenantsWithFailedNotices } from '../db/failed-notices.ts'
import { tenantsWithOpenInstructions } from '../db/rails-to-drive.ts'
import { TenantQueue } from '../tenant-queue.ts'
import { failedNoticesOf } from './failed-notices.ts'
import { type RailMetrics, railMetrics } from './metrics.ts'
import type { RailName } from './rail.ts'
import type { Rails, Registered } from './rails.ts'
import { tenantsTold } from './tenants-told.ts'

/** Instructions of one tenant. It has eight connections, and clients need some of them. */
const SENT_AT_ONCE = 4
/** How often rails are heard: the longest that news of an instruction waits here. */
export const HEAR_INTERVAL_MS = 1_000
/**
 * For how long an instruction without news is left alone: longer than a rail takes to answer. A bank that takes files says
 * nothing when it is asked, so that there only what a dead process left is looked for.
 */
export const LOOK_AGAIN_MS = { sandbox: 5_000, iso20022: 60_000 } as const satisfies Record<RailName, number>
/** Instructions of one tenant that are looked after in one go; the rest is there the next time. */
const LOOKED_AFTER_MAX = 100

export type RailWorkerOptions = {
  readonly database: Database
  readonly rails: Rails
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
  /** Where its metrics are registered. */
  readonly registry?: Registry | undefined
}

/**
 * Sends what was registered, right after its commit, hears what rails tell, and looks after what has had no answer, of every
 * tenant. Any number of processes may do so at once: see `RailDriver`.
 */
export class RailWorker {
  readonly #database: Database
  readonly #rails: Rails
  readonly #clock: Clock
  readonly #log: Log
  readonly #metrics: RailMetrics | undefined
  readonly #lanes: Lanes
  readonly #queue: TenantQueue<Registered>
  // Two, so that neither much to send keeps rails from being heard, nor a slow bank what is new from being sent.
  readonly #sending: PollingLoop
  readonly #hearing: PollingLoop
  readonly #filesSentAt = new Map<string, number>()
  #isStopping = false

  constructor({ database, rails, clock, log, schedule, registry }: RailWorkerOptions) {
    this.#database = database
    this.#rails = rails
    this.#clock = clock
    this.#log = log
    this.#metrics = registry && railMetrics(registry)
    this.#lanes = new Lanes('hearing of rails', log)
    this.#queue = new TenantQueue({ atOnce: SENT_AT_ONCE, work: (registered) => this.#send(registered) })
    const loop = (name: string, step: () => unknown) =>
      new PollingLoop({
        name,
        interval_ms: HEAR_INTERVAL_MS,
        log,
        schedule,
        async step() {
          await step()
          return 'idle'
        },
      })
    this.#sending = loop('sending over rails', () => this.#queue.begin())
    this.#hearing = loop('hearing of rails', () => this.#driveRails())
    rails.onParked((rail) => this.#metrics?.parked(rail))
    rails.onRegistered((registered) => {
      if (this.#queue.add(registered)) this.#sending.wake()
    })
  }

  /** Sends what waits, hears every rail and looks after what has had no answer, once. */
  async runOnce(): Promise<void> {
    this.#queue.begin()
    await this.#queue.idle()
    await (await this.#driveRails()).done
  }

  start(): void {
    this.#sending.start()
    this.#hearing.start()
  }

  /** Resolves when what is under way has ended. What still waits is found in the table by whoever comes next. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([this.#sending.stop(), this.#hearing.stop(), this.#queue.stop()])
    await this.#lanes.idle()
  }

  async #send({ tenant, rail, id }: Registered): Promise<void> {
    await this.#apart({ tenant, rail, id }, async () =>
      (await this.#rails.driver(this.#booksOf(tenant), rail)).send(id),
    )
  }

  async #driveRails(): Promise<{ readonly done: Promise<unknown> }> {
    const begun: Promise<void>[] = []
    for (const rail of this.#rails.drivable) {
      if (this.#isStopping) break
      await this.#apart({ rail }, async () => void begun.push(...(await this.#driveRail(rail))))
    }
    return { done: Promise.all(begun) }
  }

  /** A tenant whom a rail tells much holds up no other. @returns what was begun */
  async #driveRail(rail: RailName): Promise<Promise<void>[]> {
    const { system } = this.#database
    const open = await tenantsWithOpenInstructions(system, rail)
    const failed = await tenantsWithFailedNotices(system, failedNoticesOf(rail), this.#clock())
    const { inbox } = this.#rails.config.iso20022 ?? {}
    // Where the folder of all inboxes cannot be looked at, what is to be sent goes all the same.
    const told = await this.#apart({ rail }, () => tenantsTold(rail, { system, inbox, now: this.#clock() }))
    return [...new Set([...open, ...(told ?? []), ...failed])].map((tenant) =>
      this.#lanes.begin(`${rail} of ${tenant}`, async () => {
        await this.#apart({ tenant, rail }, async () => {
          if (!this.#isStopping) await this.#driveTenant(this.#booksOf(tenant), rail)
        })
      }),
    )
  }

  /** What cannot be heard or looked after yet keeps no file from the bank. */
  async #driveTenant(books: Books, rail: RailName): Promise<void> {
    const about = { tenant: books.tenant, rail }
    const driver = await this.#rails.driver(books, rail)
    await this.#apart(about, () => driver.collect())
    await this.#apart(about, () => driver.retry())
    await this.#apart(about, () => {
      const quietSince = new Date(this.#clock().getTime() - LOOK_AGAIN_MS[rail])
      return driver.resume(quietSince, LOOKED_AFTER_MAX)
    })
    await this.#apart(about, () => this.#sendFiles(books, rail))
  }

  async #sendFiles(books: Books, rail: RailName): Promise<void> {
    const { sendFiles } = await this.#rails.open(books, rail)
    if (sendFiles === undefined) return
    const { fileEvery_ms = 0 } = this.#rails.config.iso20022 ?? {}
    const now_ms = this.#clock().getTime()
    if (now_ms - (this.#filesSentAt.get(books.tenant) ?? Number.NEGATIVE_INFINITY) < fileEvery_ms) return
    this.#filesSentAt.set(books.tenant, now_ms)
    const files = await sendFiles()
    if (files > 0) this.#log.info({ tenant: books.tenant, files }, 'sent files to the bank')
  }

  /** One that fails holds up no other; it is tried again. */
  async #apart<T>(about: { readonly rail: RailName; readonly [more: string]: string }, work: () => Promise<T>) {
    try {
      return await withCorrelation(undefined, work)
    } catch (error) {
      this.#metrics?.failed(about.rail)
      this.#log.error({ err: error, ...about }, 'could not drive a rail')
      return undefined
    }
  }

  #booksOf(tenant: string): Books {
    return { tenant, db: this.#database.forTenant(tenant) }
  }
}
