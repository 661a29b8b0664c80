import type { Clock } from '@carriergraph/shared/clock.ts'
import { correlationId } from '@carriergraph/shared/correlation.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { findCycle, findDueCycles, findObligations, insertPositions, lockCycle } from '../db/settlement-cycles.ts'
import { eventOf } from '../events.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { accountAtFault } from './account-at-fault.ts'
import { changeCycle } from './change-cycle.ts'
import { type SettlementCode, type SettlementCycle, settlementRefusal } from './cycle.ts'
import { positionsOf } from './netting.ts'
import { reversalOrders, type SettlementOrder, type SettlementPlan, settlementOrders } from './orders.ts'
import { type CycleSchedule, localDay } from './schedule.ts'
import type { Tell } from './settlement-event.ts'
import type { SettlementTerms } from './terms.ts'

export type SettlementOptions = {
  readonly db: TenantDb
  /** The tenant's, as `db` is. */
  readonly ledger: Pick<Ledger, 'postLinked'>
  /** What is posted, the cycle says itself. */
  readonly terms: Pick<SettlementTerms, 'rail'> & { readonly schedule: SettlementDays }
  readonly clock: Clock
}

type SettlementDays = Pick<CycleSchedule, 'timeZone' | 'calendar'>

type PostingOptions = Omit<SettlementOptions, 'terms'>

/** Closes a cycle that is past its cut-off: what it comes to for each participant stands fast. */
export function closeCycle(
  { db, clock }: Pick<SettlementOptions, 'db' | 'clock'>,
  id: Id<'cyc'>,
): Promise<Outcome<SettlementCycle, SettlementCode>> {
  const now = clock()
  return inTransaction(db, async (tx) => {
    const cycle = await lockCycle(tx, id, 'no key update')
    if (cycle === undefined) return settlementRefusal('CYCLE_NOT_FOUND')
    if (cycle.state === 'CLOSED') return ok(cycle)
    if (cycle.state !== 'OPEN') return settlementRefusal('CYCLE_STATE_WRONG')
    if (now < cycle.cutOffAt) return settlementRefusal('CYCLE_NOT_DUE')
    await insertPositions(tx, id, positionsOf(await findObligations(tx, [id])))
    const tell: Tell = (about) => eventOf('settlement.closed', about)
    return ok(await changeCycle(tx, cycle, { state: 'CLOSED' }, tell, provenance(id, now)))
  })
}

/**
 * Posts what a closed cycle comes to, on its settlement date or a later business day: all of it, or nothing. Where the ledger
 * refuses, the cycle says why and can be settled again. May be called again after a crash, and by several at once: it is posted once.
 * @throws what the ledger throws: whether it was posted is not known then, and the next call finds out
 */
export async function settleCycle(
  options: SettlementOptions,
  id: Id<'cyc'>,
): Promise<Outcome<SettlementCycle, SettlementCode>> {
  const { db, ledger, terms, clock } = options
  const cycle = await findCycle(db, id)
  if (cycle === undefined) return settlementRefusal('CYCLE_NOT_FOUND')
  if (cycle.state === 'SETTLED') return ok(cycle)
  if (cycle.state !== 'CLOSED') return settlementRefusal('CYCLE_STATE_WRONG')
  const until = settledUntil(terms.schedule, clock())
  if (until === undefined || cycle.settlementDate > until) return settlementRefusal('CYCLE_NOT_DUE')
  const orders = settlementOrders(await planOf(options.db, cycle))
  const refused = orders.length === 0 ? undefined : await refusedIn(db, orders, await ledger.postLinked(orders))
  return conclude(options, cycle, 'SETTLED', refused)
}

/**
 * Takes back what a settlement moved, once two people have decided so: all of it, or nothing, as where a participant has spent
 * what it received; then it is settled as before, and says from whom. May be called again as `settleCycle` may.
 */
export async function reverseCycle(
  options: PostingOptions,
  id: Id<'cyc'>,
): Promise<Outcome<SettlementCycle, SettlementCode>> {
  const cycle = await findCycle(options.db, id)
  if (cycle === undefined) return settlementRefusal('CYCLE_NOT_FOUND')
  if (cycle.state === 'REVERSED') return ok(cycle)
  if (cycle.state !== 'REVERSING') return settlementRefusal('CYCLE_STATE_WRONG')
  const plan = await planOf(options.db, cycle)
  const orders = reversalOrders(plan, cycle.reversalAttempt)
  const moved = settlementOrders(plan).toReversed().map(theOtherWay)
  const refused =
    orders.length === 0 ? undefined : await refusedIn(options.db, moved, await options.ledger.postLinked(orders))
  return conclude(options, cycle, 'REVERSED', refused)
}

/**
 * Closes and settles what is due of one rail and currency, and ends reversals that a killed process has left.
 * @returns how many cycles were settled or reversed, and how many the ledger refused
 */
export async function settleDueCycles(
  options: SettlementOptions & { readonly currency: SettlementCycle['currency'] },
): Promise<{ readonly done: number; readonly refused: number }> {
  const { db, terms, clock, currency } = options
  const until = settledUntil(terms.schedule, clock())
  let [done, refused] = [0, 0]
  for await (const { id, state, settlementDate } of findDueCycles(db, terms.rail, currency, clock(), until)) {
    if (state !== 'REVERSING') {
      const closed = await closeCycle(options, id)
      if (!closed.ok || until === undefined || settlementDate > until) continue
    }
    const outcome = await (state === 'REVERSING' ? reverseCycle(options, id) : settleCycle(options, id))
    if (outcome.ok) done += 1
    else refused += 1
  }
  return { done, refused }
}

/** Cycles of up to which settlement date are settled now; undefined on a day on which nothing is. */
function settledUntil({ timeZone, calendar }: SettlementDays, now: Date): string | undefined {
  const today = localDay(now, timeZone)
  return calendar.isBusinessDay(today) ? today : undefined
}

async function planOf(db: TenantDb, cycle: SettlementCycle): Promise<SettlementPlan> {
  const { id: cycleId, attempt, netting, currency, accounts } = cycle
  return { cycleId, attempt, netting, currency, accounts, obligations: await findObligations(db, [cycleId]) }
}

type RefusedPosting = NonNullable<SettlementCycle['refusal']>

/** What a reversal takes from is what its transfer had given to. */
const theOtherWay = (order: SettlementOrder): SettlementOrder => ({
  ...order,
  debitAccountId: order.creditAccountId,
  creditAccountId: order.debitAccountId,
})

/** Why the ledger refused them all, and the account whose fault it is, of the transfer that it refused. */
async function refusedIn(
  db: TenantDb,
  orders: readonly SettlementOrder[],
  postings: readonly Posting[],
): Promise<RefusedPosting | undefined> {
  const all = postings.map((posting, index) => ({ posting, order: orders[index] }))
  const refused = all.filter(({ posting }) => !posting.ok)
  const cause = refused.find(({ posting }) => !posting.ok && posting.code !== 'LINKED_TRANSFER_FAILED') ?? refused[0]
  if (cause === undefined || cause.posting.ok || cause.order === undefined) return undefined
  const { posting, order } = cause
  const { code } = posting
  // What was posted under these ids was something else: to count that as a refusal would be to post it twice.
  if (code === 'IDEMPOTENCY_KEY_REUSED') throw new Error(`${order.id} was posted as another transfer.`)
  const debit = await findLedgerAccount(db, order.debitAccountId)
  const credit = await findLedgerAccount(db, order.creditAccountId)
  return { code, accountId: accountAtFault(code, { ...order, debit, credit }) }
}

/** Stores what came of a posting, unless somebody else has done so. */
function conclude(
  { db, clock }: PostingOptions,
  seen: SettlementCycle,
  state: 'SETTLED' | 'REVERSED',
  refused: RefusedPosting | undefined,
): Promise<Outcome<SettlementCycle, SettlementCode>> {
  const by = provenance(seen.id, clock())
  return inTransaction(db, async (tx) => {
    const cycle = await lockCycle(tx, seen.id, 'no key update')
    if (cycle === undefined) return settlementRefusal('CYCLE_NOT_FOUND')
    if (cycle.state === state) return ok(cycle)
    // Somebody was faster by more than this step: what was settled here is reversed by now, perhaps to be settled again.
    const isOver = refused === undefined && cycle.attempt !== seen.attempt
    if (cycle.state !== seen.state || isOver) return settlementRefusal('CYCLE_STATE_WRONG')
    if (refused === undefined)
      return ok(await changeCycle(tx, cycle, { state, refusal: null }, (about) => eventOf(EVENTS[state], about), by))
    // Another one was refused the same, and has counted it.
    if (cycle.version !== seen.version) return settlementRefusal('POSTING_REFUSED')
    const { attempt, reversalAttempt } = cycle
    const change =
      state === 'REVERSED'
        ? ({ state: 'SETTLED', reversalAttempt: reversalAttempt + 1, reversal: null } as const)
        : { state: cycle.state, attempt: attempt + 1 }
    const told = { refusalCode: refused.code, accountId: refused.accountId }
    const tell: Tell = (about) => eventOf('settlement.refused', { ...about, ...told })
    await changeCycle(tx, cycle, { ...change, refusal: refused }, tell, by)
    return settlementRefusal('POSTING_REFUSED')
  })
}

const EVENTS = { SETTLED: 'settlement.settled', REVERSED: 'settlement.reversed' } as const

const provenance = (id: Id<'cyc'>, now: Date) => ({ actor: SETTLING_ACTOR, correlationId: correlationId() ?? id, now })
