import { addDays } from '@carriergraph/shared/day.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { eventOf } from '../events.ts'
import { localDay } from '../settlement/schedule.ts'
import { allowMatchingTime, whileMatched } from './db/account-lock.ts'
import { findOpenItems, freeExpected, insertItems } from './db/items.ts'
import { linesToMatch, movementsToMatch } from './db/movements-to-match.ts'
import { insertPostings, retryRefusedPostings } from './db/postings.ts'
import { findRun, newestRunDay, type ReconciliationRun, rememberSeen, saveRun, saveTotals } from './db/runs.ts'
import type { LockedItem } from './item.ts'
import { MATCH_DEFAULTS } from './matching/match.ts'
import { matchApart } from './matching/match-apart.ts'
import type { MatchResult } from './matching/result.ts'
import { type Plan, planRun } from './plan.ts'
import { type ItemPosting, postingOf } from './postings.ts'
import { resolveItems } from './resolve-items.ts'

export type DayToReconcile = {
  readonly account: string
  /** YYYY-MM-DD. */
  readonly day: string
  /** Where the bank is: its day begins when it does there. IANA name of the zone. */
  readonly timeZone: string
}

export type RunCode = 'ACCOUNT_NOT_FOUND' | 'DAY_IN_FUTURE' | 'ACCOUNT_BUSY'

export type RunOutcome = {
  readonly run: ReconciliationRun
  /** Cases that were found now. */
  readonly cases: number
}

/**
 * Reconciles an account up to a day, in one transaction: matches what is in no item yet, and what is in open cases, and
 * stores what has changed. Run again with nothing new it changes nothing; with new statements or expectations, cases that
 * they explain are resolved. Two runs of one account stand in line, the second for a few seconds.
 */
export async function runReconciliation(
  db: TenantDb,
  { account, day, timeZone }: DayToReconcile,
  provenance: Provenance,
): Promise<Outcome<RunOutcome, RunCode>> {
  if (day > localDay(provenance.now, timeZone))
    return refuse('DAY_IN_FUTURE', 'A day is reconciled when it has come.', ['day'])
  return whileMatched(db, account, async (tx, reconciled) => {
    if (reconciled === undefined)
      return refuse('ACCOUNT_NOT_FOUND', 'There is no statement of that account, and nothing is expected on it.', [
        'account',
      ])
    const { results, open } = await matchOpen(tx, account, day)
    await retryRefusedPostings(tx, account)
    const plan = planRun(results, open)
    const before = await findRun(tx, account, day)
    const isNew = plan.created.length > 0 || plan.closed.length > 0
    if (before !== undefined && !isNew) {
      await rememberSeen(tx, before.id, reconciled.imports)
      return ok({ run: before, cases: 0 })
    }
    const cases = plan.created.filter(isCase).length
    const run = await saveRun(tx, {
      account,
      day,
      events: cases === 0 ? 1 : 2,
      seenImports: reconciled.imports,
      now: provenance.now,
    })
    await carryOut(tx, run, plan, provenance)
    await saveTotals(
      tx,
      run.id,
      results.filter(({ status }) => status === 'AWAITED'),
    )
    await journalRun(tx, run, cases, provenance)
    return ok({ run, cases })
  })
}

/** What waits for somebody. That a movement was told twice explains itself. */
const isCase = ({ status, rule, differenceMinor }: MatchResult): boolean =>
  status !== 'MATCHED' && (rule !== 'ALSO_NOTIFIED' || differenceMinor !== 0n)

/** Matches all that is not settled of an account, which is locked. */
export async function matchOpen(
  tx: Tx,
  account: string,
  day: string,
): Promise<{ readonly results: readonly MatchResult[]; readonly open: readonly LockedItem[] }> {
  await allowMatchingTime(tx)
  const open = await findOpenItems(tx, account)
  const { amount_days: repeat_days, reference_days } = MATCH_DEFAULTS
  const { lines, known } = await linesToMatch(tx, {
    account,
    day,
    openLineIds: open.flatMap(({ lineIds }) => lineIds),
    repeat_days,
  })
  // What is missing by a later day does not become awaited again because an earlier one is looked at once more.
  const newest = await newestRunDay(tx, account)
  const asOf = newest !== undefined && newest > day ? newest : day
  const { expected, met } = await movementsToMatch(tx, {
    account,
    until: addDays(asOf, reference_days),
    openExpectedIds: open.flatMap(({ expectedIds }) => expectedIds),
  })
  return { open, results: await matchApart({ lines, expected, known, met, day: asOf }) }
}

/** Stores items, resolves cases, and decides on what the ledger is to post. */
export async function carryOut(
  tx: Tx,
  { id: runId, account }: Pick<ReconciliationRun, 'id' | 'account'>,
  { created, closed, freedExpectedIds }: Plan<LockedItem>,
  provenance: Provenance,
): Promise<Id<'rci'>[]> {
  const { now } = provenance
  await resolveItems(tx, closed, provenance)
  const ids = await insertItems(tx, { runId, account, results: created, now })
  await freeExpected(tx, freedExpectedIds)
  const postings = created.flatMap((result, at) => postingsOf(result, ids[at], account))
  await insertPostings(tx, postings, now)
  return ids
}

/** A fee is booked with its match; a difference is held in suspense until somebody knows better. */
function postingsOf(
  { status, currency, feeMinor, differenceMinor }: MatchResult,
  itemId: Id<'rci'> | undefined,
  account: string,
): ItemPosting[] {
  if (itemId === undefined) throw new Error('A result has no item.')
  const of = (amountMinor: bigint) => ({ itemId, account, currency, amountMinor })
  if (status === 'MATCHED') return feeMinor === 0n ? [] : [postingOf('FEE', of(-feeMinor))]
  return differenceMinor === 0n ? [] : [postingOf('SUSPENSE', of(differenceMinor))]
}

async function journalRun(
  tx: Tx,
  { id, account, day, revision, version }: ReconciliationRun,
  cases: number,
  { now, ...by }: Provenance,
): Promise<void> {
  const data = { runId: id, account, day, revision, at: now.toISOString() }
  const events = [
    eventOf('reconciliation_run.completed', data),
    ...(cases === 0 ? [] : [eventOf('reconciliation_run.mismatched', { ...data, cases })]),
  ]
  await appendToJournal(
    tx,
    events.map((event, at) => ({
      aggregate: { type: 'reconciliation_run', id },
      version: version - events.length + 1 + at,
      ...event,
      ...by,
      occurredAt: now,
    })),
  )
}
