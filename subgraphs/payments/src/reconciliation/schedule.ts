import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import { addDays } from '@carriergraph/shared/day.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { readOn } from '@carriergraph/shared/db/read-on.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { localDay, localHour } from '../settlement/schedule.ts'
import { type DueAccount, findDueAccounts } from './db/due-accounts.ts'
import { runReconciliation } from './run-reconciliation.ts'

/** How often is looked whether a day is due, or a statement has come for one that was done. */
export const LOOK_INTERVAL_MS = 60_000
/** Accounts read at once. */
const LOOK_PAGE = 100

export type DailyReconciliationOptions = {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Of the bank's day, from which on the day before is due: by then banks have sent its statements. */
  readonly hour: number
  /** Where the bank is: IANA name of the zone. */
  readonly timeZone: string
  readonly schedule?: Schedule
}

export type DailyReconciliation = {
  start(): Promise<void>
  stop(): Promise<void>
  /** Reconciles every account of every tenant that is due. Resolves with how many that were. */
  runOnce(): Promise<number>
}

/**
 * Reconciles each account for the day before, once a day, and again when a statement has come since. A day on which no
 * process ran is made good by the next: a run looks at all that is open up to its day.
 */
export function createDailyReconciliation({
  database,
  clock,
  log,
  hour,
  timeZone,
  schedule,
}: DailyReconciliationOptions): DailyReconciliation {
  let isStopping = false

  async function reconcile({ tenant, account }: DueAccount, day: string, correlationId: string): Promise<boolean> {
    try {
      const provenance = { actor: 'svc:payments', correlationId, now: clock() }
      const ran = await runReconciliation(database.forTenant(tenant), { account, day, timeZone }, provenance)
      if (!ran.ok && ran.code === 'ACCOUNT_BUSY') {
        log.info({ tenant, day }, 'somebody else reconciles an account; it is looked at again')
        return false
      }
      if (!ran.ok) throw new Error(ran.code)
      const { run, cases } = ran.value
      const told = { runId: run.id, tenant, day, cases }
      if (cases === 0) log.info(told, 'reconciled an account')
      else log.warn(told, 'reconciled an account, and cases wait for somebody')
      return true
    } catch (error) {
      // The others must not wait for this one; it is tried again with the next look.
      log.error({ err: error, tenant, day }, 'could not reconcile an account')
      return false
    }
  }

  async function runOnce(): Promise<number> {
    const day = dueDay(clock(), hour, timeZone)
    let reconciled = 0
    // One by one, for each may take memory for a million lines; and in turn, so that no tenant waits for all of another's.
    for (const due of inTurn(await findAllDue(day))) {
      if (isStopping) return reconciled
      if (await withCorrelation(undefined, (correlationId) => reconcile(due, day, correlationId))) reconciled += 1
    }
    return reconciled
  }

  async function findAllDue(day: string): Promise<DueAccount[]> {
    const due: DueAccount[] = []
    const pages = readOn<DueAccount>(LOOK_PAGE, (page) => findDueAccounts(database.system, { day, ...page }))
    for await (const account of pages) due.push(account)
    return due
  }

  const loop = new PollingLoop({
    name: 'daily reconciliation',
    interval_ms: LOOK_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await runOnce()
      return 'idle'
    },
  })

  return {
    runOnce,
    async start() {
      loop.start()
    },
    async stop() {
      isStopping = true
      await loop.stop()
    },
  }
}

/** The first of each tenant, then the second of each that has one. */
function inTurn(due: readonly DueAccount[]): DueAccount[] {
  const byTenant = [...Map.groupBy(due, ({ tenant }) => tenant).values()]
  const rounds = Math.max(0, ...byTenant.map(({ length }) => length))
  return Array.from({ length: rounds }, (_, at) => byTenant.flatMap((ofTenant) => ofTenant.slice(at, at + 1))).flat()
}

/** The newest day whose statements are due: yesterday, or before the hour the day before that. */
export const dueDay = (now: Date, hour: number, timeZone: string): string =>
  addDays(localDay(now, timeZone), localHour(now, timeZone) >= hour ? -1 : -2)
