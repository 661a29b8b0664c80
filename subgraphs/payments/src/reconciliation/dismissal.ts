import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import type { Decider } from '../four-eyes/decider.ts'
import { linesCountedTwice } from './db/counted-twice.ts'
import { type Tellings, tellingsOf } from './db/known-lines.ts'
import { linesSaidTwice } from './db/said-twice.ts'
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
import { enoughStand } from './matching/alike.ts'
import { backedLines } from './matching/backed.ts'
import { MATCH_DEFAULTS } from './matching/match.ts'
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
  if (!isOfOneLine || lineId === undefined) return false
  return enoughStand(await linesSaidTwice(tx, account, lineId), { backed: new Set(), without: 1 })
}

/** How many lines one notification may stand for that other statements have to tell as well. */
const LEFT_MAX = 64

/**
 * Whether there are balances that count what nothing else would stand for: of its own statement, or of those that tell it after
 * a notification.
 */
async function isInBalances(tx: Tx, { account, lineIds }: LockedItem): Promise<boolean> {
  const [lineId] = lineIds
  if (lineId === undefined) throw new Error('A repeated line is in no case of its own.')
  const tellings = await tellingsOf(tx, account, lineId)
  const { backed, left } = withoutIt(tellings)
  const [ids, without] = tellings.isCounted ? [[lineId], 1] : [left, 0]
  if (ids.length === 0) return false
  if (ids.length > LEFT_MAX) return true
  const counted = await linesCountedTwice(tx, account, ids)
  return counted.some((statements) => !enoughStand(statements, { backed, without }))
}

/** For which lines that were told again notifications stand without a line, and for which it alone does. */
function withoutIt({ line, countedAgain, notifications }: Tellings) {
  const { amount_days } = MATCH_DEFAULTS
  if (!line.isNotification) return { backed: backedLines(countedAgain, notifications, amount_days), left: [] }
  const dismissed = { ...line, standing: 'DISMISSED' } as const
  const backed = backedLines(countedAgain, [...notifications, dismissed], amount_days)
  const before = backedLines(countedAgain, [...notifications, line], amount_days)
  return { backed, left: [...before].filter((id) => !backed.has(id)) }
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
