import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import type { Decider } from '../four-eyes/decider.ts'
import { insertPostings } from './db/postings.ts'
import {
  approveEnd,
  type CaseToDecide,
  type CaseWithReason,
  type EndByTwo,
  type EndByTwoCode,
  rejectEnd,
  requestEnd,
} from './end-by-two.ts'
import { postingOf } from './postings.ts'

export type WriteOffCode = EndByTwoCode | 'WRITE_OFF_NOT_REQUESTED' | 'NOTHING_TO_WRITE_OFF'

const WRITE_OFF: EndByTwo<WriteOffCode> = {
  requested: 'WRITE_OFF_REQUESTED',
  ended: { state: 'WRITTEN_OFF', resolution: 'WRITTEN_OFF' },
  events: {
    requested: 'reconciliation_item.write_off_requested',
    rejected: 'reconciliation_item.write_off_rejected',
    ended: 'reconciliation_item.written_off',
  },
  faultOf: async (_, { differenceMinor }) =>
    differenceMinor === 0n
      ? refuse('NOTHING_TO_WRITE_OFF', 'The case holds nothing in suspense.', ['caseId'])
      : undefined,
  notRequested: ({ state }) =>
    refuse('WRITE_OFF_NOT_REQUESTED', `Nobody has asked that it is written off: it is ${state}.`, ['caseId']),
  settle: (tx, item, now) =>
    insertPostings(tx, [postingOf('WRITE_OFF', { ...item, itemId: item.id, amountMinor: item.differenceMinor })], now),
}

type Decided = Promise<Outcome<undefined, WriteOffCode>>

/** Asks that what a case holds in suspense is written off. Until somebody has decided, nothing else happens to it. */
export const requestWriteOff = (db: TenantDb, request: CaseWithReason, decider: Decider): Decided =>
  requestEnd(WRITE_OFF, db, request, decider)

/** Approves a request of somebody else: what is in suspense goes to write-offs. */
export const approveWriteOff = (db: TenantDb, request: CaseToDecide, decider: Decider): Decided =>
  approveEnd(WRITE_OFF, db, request, decider)

/** Turns a request down, or takes one's own back: the case is open again. */
export const rejectWriteOff = (db: TenantDb, request: CaseWithReason, decider: Decider): Decided =>
  rejectEnd(WRITE_OFF, db, request, decider)
