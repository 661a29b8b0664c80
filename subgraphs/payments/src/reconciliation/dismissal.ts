import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import type { Decider } from '../four-eyes/decider.ts'
import { isCountedTwice } from './db/counted-twice.ts'
import { tellingsOf } from './db/known-lines.ts'
import { isSaidTwice } from './db/said-twice.ts'
import {
  approveEnd,
  type CaseToDecide,
  type CaseWithReason,
  type EndByTwo,
  type EndByTwoCode,
  rejectEnd,
  requestEnd,
} from './end-by-two.ts'
import type { LockedItem } from './item.ts'
import { MATCH_DEFAULTS } from './matching/match.ts'
import { standsFor } from './matching/told-twice.ts'
import { releaseSuspense } from './resolve-items.ts'

export type DismissalCode = EndByTwoCode | 'CASE_NOT_REPEATED' | 'LINE_IN_BALANCES' | 'DISMISSAL_NOT_REQUESTED'

const DISMISSAL: EndByTwo<DismissalCode> = {
  requested: 'DISMISSAL_REQUESTED',
  ended: { state: 'RESOLVED', resolution: 'DISMISSED' },
  events: {
    requested: 'reconciliation_item.dismissal_requested',
    rejected: 'reconciliation_item.dismissal_rejected',
    ended: 'reconciliation_item.dismissed',
  },
  async faultOf(tx, item) {
    if (!(await mayBeRepeated(tx, item)))
      return refuse('CASE_NOT_REPEATED', 'The case is not of a line that the bank may have told again.', ['caseId'])
    if (await isInBalances(tx, item))
      return refuse('LINE_IN_BALANCES', 'A statement counts it in its balances: it moved.', ['caseId'])
    return undefined
  },
  notRequested: ({ state }) =>
    refuse('DISMISSAL_NOT_REQUESTED', `Nobody has asked that it is dismissed: it is ${state}.`, ['caseId']),
  settle: (tx, item, now) => releaseSuspense(tx, [item], now),
}

/** A line without references is found to repeat none, for equal amounts are common: two people have to see it. */
async function mayBeRepeated(tx: Tx, { status, rule, account, lineIds }: LockedItem): Promise<boolean> {
  if (rule === 'REPEATED_LINE') return true
  const [lineId, ...others] = lineIds
  const isOfOneLine = status === 'MISSING_INTERNALLY' && rule === 'NO_COUNTERPART' && others.length === 0
  return isOfOneLine && lineId !== undefined && isSaidTwice(tx, account, lineId)
}

/**
 * Whether what the line tells is in balances: in those of its own statement, where no other one counts the same, or of one that
 * tells it after a notification.
 */
async function isInBalances(tx: Tx, { account, lineIds }: LockedItem): Promise<boolean> {
  const [lineId] = lineIds
  if (lineId === undefined) throw new Error('A repeated line is in no case of its own.')
  const { line, isCounted, countedAgain, others } = await tellingsOf(tx, account, lineId)
  if (isCounted) return !(await isCountedTwice(tx, account, lineId))
  return standsFor(line, { told: countedAgain, others, days_max: MATCH_DEFAULTS.amount_days })
}

type Decided = Promise<Outcome<undefined, DismissalCode>>

/**
 * Asks that a case is dismissed whose line the bank may only have told again: nothing moved. Until somebody has decided, nothing
 * else happens to it.
 */
export const requestDismissal = (db: TenantDb, request: CaseWithReason, decider: Decider): Decided =>
  requestEnd(DISMISSAL, db, request, decider)

/**
 * Approves a request of somebody else: what is in suspense is taken back. The line stays in its case, so that no run comes upon it
 * again, and what comes once more is a repetition still.
 */
export const approveDismissal = (db: TenantDb, request: CaseToDecide, decider: Decider): Decided =>
  approveEnd(DISMISSAL, db, request, decider)

/** Turns a request down, or takes one's own back: the case is open again. */
export const rejectDismissal = (db: TenantDb, request: CaseWithReason, decider: Decider): Decided =>
  rejectEnd(DISMISSAL, db, request, decider)
