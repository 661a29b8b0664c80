import { mkdir, readdir } from 'node:fs/promises'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import { type Database, isTenantName } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { Lanes } from '@carriergraph/shared/lanes.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Registry } from 'prom-client'
import { tenantsWithFailedNotices } from '../db/failed-notices.ts'
import { tenantsToldBySandbox, tenantsWithOpenInstructions } from '../db/rails-to-drive.ts'
import { TenantQueue } from '../tenant-queue.ts'
import { failedNoticesOf } from './failed-notices.ts'
import { railMetrics } from './metrics.ts'
import type { RailName } from './rail.ts'
import type { Rails, Registered } from './rails.ts'

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
export function createRailWorker({ database, rails, clock, log, schedule, registry }: RailWorkerOptions) {
  const metrics = registry && railMetrics(registry)
  const lanes = new Lanes('hearing of rails', log)
  const filesSentAt = new Map<string, number>()
  let isStopping = false

  const booksOf = (tenant: string): Books => ({ tenant, db: database.forTenant(tenant) })

  /** One that fails holds up no other; it is tried again. */
  async function apart<T>(about: { readonly rail: RailName; readonly [more: string]: string }, work: () => Promise<T>) {
    try {
      return await withCorrelation(undefined, work)
    } catch (error) {
      metrics?.failed(about.rail)
      log.error({ err: error, ...about }, 'could not drive a rail')
      return undefined
    }
  }

  const queue = new TenantQueue<Registered>({
    atOnce: SENT_AT_ONCE,
    async work({ tenant, rail, id }) {
      await apart({ tenant, rail, id }, async () => (await rails.driver(booksOf(tenant), rail)).send(id))
    },
  })

  /** A tenant whom a rail tells much holds up no other. @returns what was begun */
  async function driveRail(rail: RailName): Promise<Promise<void>[]> {
    const open = await tenantsWithOpenInstructions(database.system, rail)
    const failed = await tenantsWithFailedNotices(database.system, failedNoticesOf(rail), clock())
    // Where the folder of all inboxes cannot be looked at, what is to be sent goes all the same.
    const telling = (await apart({ rail }, () => tenantsTold(rail))) ?? []
    return [...new Set([...open, ...telling, ...failed])].map((tenant) =>
      lanes.begin(`${rail} of ${tenant}`, async () => {
        await apart({ tenant, rail }, async () => {
          if (!isStopping) await driveTenant(booksOf(tenant), rail)
        })
      }),
    )
  }

  /** What cannot be heard or looked after yet keeps no file from the bank. */
  async function driveTenant(books: Books, rail: RailName): Promise<void> {
    const about = { tenant: books.tenant, rail }
    const driver = await rails.driver(books, rail)
    await apart(about, () => driver.collect())
    await apart(about, () => driver.retry())
    await apart(about, () => driver.resume(new Date(clock().getTime() - LOOK_AGAIN_MS[rail]), LOOKED_AFTER_MAX))
    await apart(about, () => sendFilesOf(books, rail))
  }

  async function sendFilesOf(books: Books, rail: RailName): Promise<void> {
    const { sendFiles } = await rails.open(books, rail)
    const { fileEvery_ms = 0 } = rails.config.iso20022 ?? {}
    const now_ms = clock().getTime()
    if (sendFiles === undefined || now_ms - (filesSentAt.get(books.tenant) ?? Number.NEGATIVE_INFINITY) < fileEvery_ms)
      return
    filesSentAt.set(books.tenant, now_ms)
    const files = await sendFiles()
    if (files > 0) log.info({ tenant: books.tenant, files }, 'sent files to the bank')
  }

  async function tenantsTold(rail: RailName): Promise<string[]> {
    if (rail === 'sandbox') return tenantsToldBySandbox(database.system, clock())
    const { inbox } = rails.config.iso20022 ?? {}
    if (inbox === undefined) return []
    await mkdir(inbox, { recursive: true })
    const entries = await readdir(inbox, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() && isTenantName(entry.name)).map(({ name }) => name)
  }

  async function driveRails(): Promise<{ readonly done: Promise<unknown> }> {
    const begun: Promise<void>[] = []
    for (const rail of rails.drivable) {
      if (isStopping) break
      await apart({ rail }, async () => void begun.push(...(await driveRail(rail))))
    }
    return { done: Promise.all(begun) }
  }

  // Two, so that neither much to send keeps rails from being heard, nor a slow bank what is new from being sent.
  const sending = new PollingLoop({
    name: 'sending over rails',
    interval_ms: HEAR_INTERVAL_MS,
    log,
    schedule,
    async step() {
      queue.begin()
      return 'idle'
    },
  })
  const hearing = new PollingLoop({
    name: 'hearing of rails',
    interval_ms: HEAR_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await driveRails()
      return 'idle'
    },
  })

  rails.onParked((rail) => metrics?.parked(rail))
  rails.onRegistered((registered) => {
    if (queue.add(registered)) sending.wake()
  })

  return {
    /** Sends what waits, hears every rail and looks after what has had no answer, once. */
    async runOnce(): Promise<void> {
      queue.begin()
      await queue.idle()
      await (await driveRails()).done
    },
    start(): void {
      sending.start()
      hearing.start()
    },
    /** Resolves when what is under way has ended. What still waits is found in the table by whoever comes next. */
    async stop(): Promise<void> {
      isStopping = true
      await Promise.all([sending.stop(), hearing.stop(), queue.stop()])
      await lanes.idle()
    },
  }
}
