import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { recordUnapplied } from '../flow/unapplied.ts'
import type { RemittanceRiskClient } from '../risk/remittance-client.ts'
import { bringIntoSuspense, type CarryOutParts } from '../unapplied/carry-out.ts'
import { remittanceAccounts } from './accounts.ts'
import { takeStep } from './change.ts'
import { type FailureCode, failureOf, LEDGER_FAILURES } from './failure.ts'
import { debitOrders, refundOrders, settlementOrder } from './orders.ts'
import { clearMoved, type Outlet, register } from './outlet.ts'
import { findRefundingParts, suspendedBy } from './part-returns.ts'
import { type PostLinked, refusalOf } from './post-linked.ts'
import type { Remittance, Step } from './remittance.ts'
import { unappliedOf } from './unapplied.ts'
import { changeBy } from './verdict.ts'

export type StepOptions = {
  readonly risk: RemittanceRiskClient
  readonly post: PostLinked
  readonly outlet: Outlet
  readonly clock: Clock
  readonly log: Log
}

/** A step of a remittance, after which it stands as is answered; as before, where the step cannot be taken now. */
export type TakeStep = (scope: Books, remittance: Remittance) => Promise<Remittance>

const FIRST_PAUSE_MS = 60_000
/** Somebody who thaws an account does not wait longer than that for what it blocked. */
const PAUSE_MAX_MS = 3_600_000

const pausedUntil = (attempt: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), PAUSE_MAX_MS))

/**
 * Each step may be taken again, by anybody and at once: what it asks of others goes under ids that follow from the remittance,
 * and what came of it is recorded once.
 */
export function remittanceSteps({ risk, post, outlet, clock, log }: StepOptions): Record<Step, TakeStep> {
  return {
    /** Without an answer of risk it waits: nobody is let through unchecked. */
    async SCREEN({ tenant, db }, remittance) {
      const answer = await risk.assess({ tenant, ...remittance })
      if (answer.kind === 'ABSENT') return remittance
      if (answer.kind === 'REFUSED')
        log.error({ remittanceId: remittance.id, tenant, code: answer.code }, 'risk cannot assess a remittance')
      return takeStep(db, remittance.id, clock(), ({ status }) =>
        status === 'SCREENING' ? changeBy(answer) : undefined,
      )
    },

    EXPIRE: ({ db }, { id }) =>
      takeStep(db, id, clock(), ({ status }) =>
        status === 'SCREENING' || status === 'REVIEW'
          ? { status: 'FAILED', failure: failureOf('DECISION_OVERDUE') }
          : undefined,
      ),

    async DEBIT(scope, remittance) {
      const accounts = await remittanceAccounts(scope.db, remittance, clock())
      const refused = refusalOf(await post(scope, debitOrders(remittance, accounts)))
      const code = LEDGER_FAILURES.find((failure) => failure === refused)
      // The others can only come of a fault of ours.
      if (refused !== undefined && code === undefined) throw new Error(`${remittance.id} was not debited: ${refused}.`)
      return takeStep(scope.db, remittance.id, clock(), ({ status }) =>
        status === 'APPROVED' ? debited(code) : undefined,
      )
    },

    /** The instruction is stored with the state that says so; whoever drives the rail sends it. */
    SEND({ tenant, db }, { id }) {
      const now = clock()
      return takeStep(db, id, now, async (remittance, tx) => {
        if (remittance.status !== 'DEBITED') return undefined
        await register(outlet, tx, tenant, remittance, now)
        return { status: 'SENDING' }
      })
    },

    async SETTLE(scope, remittance) {
      const { isBooked, after } = await settle(scope, remittance)
      if (!isBooked) return after
      const now = clock()
      return takeStep(scope.db, remittance.id, now, async (current, tx) => {
        if (current.status !== 'SETTLING') return undefined
        await clearMoved(outlet, tx, current, now)
        return { status: 'COMPLETED' }
      })
    },

    async REFUND(scope, remittance) {
      if (remittance.returnedMinor !== null) {
        // A return may be told before the settlement was booked; only what was booked can be reversed.
        const { isBooked, after } = await settle(scope, remittance)
        if (!isBooked) return after
      }
      const parts = await findRefundingParts(scope.db, remittance.id)
      const partsMinor = suspendedBy(parts)
      for (const part of parts) if (!(await bringIntoSuspense(carryingOut(scope), part))) return remittance
      const accounts = await remittanceAccounts(scope.db, remittance, clock())
      const { refundAttempt } = remittance
      let refused = refusalOf(await post(scope, refundOrders(remittance, accounts, 'WALLET', partsMinor)))
      const isClosed = refused === 'ACCOUNT_CLOSED'
      if (isClosed) {
        // Of all its accounts only the wallet can be closed, and stays so: trying again would be in vain for ever.
        refused = refusalOf(await post(scope, refundOrders(remittance, accounts, 'SUSPENSE', partsMinor)))
        if (refused === undefined) tellKept(scope, remittance)
      }
      if (refused !== undefined) tellRefused(scope, remittance, 'refund', refused)
      const now = clock()
      return takeStep(scope.db, remittance.id, now, async (current, tx) => {
        if (current.status !== 'REFUNDING') return undefined
        if (refused === undefined) {
          if (current.returnedMinor !== null) await clearMoved(outlet, tx, current, now, partsMinor)
          for (const unapplied of unappliedOf(current, isClosed)) await recordUnapplied(tx, unapplied, now)
          return { status: 'REFUNDED' }
        }
        // Another one was refused the same, and has counted it.
        if (current.refundAttempt !== refundAttempt) return undefined
        return { refundAttempt: refundAttempt + 1, retryAt: pausedUntil(refundAttempt, now) }
      })
    },
  }

  /** Books that the rail has moved the money, which may be refused; then it is tried again later, under another id. */
  async function settle(scope: Books, remittance: Remittance) {
    const { settlementAttempt } = remittance
    const accounts = await remittanceAccounts(scope.db, remittance, clock())
    const refused = refusalOf(await post(scope, [settlementOrder(remittance, accounts)]))
    if (refused === undefined) return { isBooked: true, after: remittance }
    tellRefused(scope, remittance, 'settlement', refused)
    const after = await takeStep(scope.db, remittance.id, clock(), (current) =>
      current.settlementAttempt === settlementAttempt
        ? { settlementAttempt: settlementAttempt + 1, retryAt: pausedUntil(settlementAttempt, clock()) }
        : undefined,
    )
    return { isBooked: false, after }
  }

  function carryingOut(scope: Books): CarryOutParts {
    const postOne: CarryOutParts['ledger']['post'] = async (order) => {
      const [posting] = await post(scope, [order])
      if (posting === undefined) throw new Error(`${order.id} was not answered.`)
      return posting
    }
    return { db: scope.db, clock, ledger: { post: postOne } }
  }

  function tellKept({ tenant }: Books, { id, sourceAccountId }: Remittance): void {
    const what = { remittanceId: id, tenant, accountId: sourceAccountId }
    log.warn(what, 'the wallet of a remittance that comes back is closed; its money is kept in suspense')
  }

  function tellRefused({ tenant }: Books, { id }: Remittance, what: string, code: string): void {
    log.error({ remittanceId: id, tenant, code }, `the ledger refused the ${what} of a remittance; it is tried again`)
  }
}

const debited = (code: FailureCode | undefined) =>
  code === undefined ? ({ status: 'DEBITED' } as const) : ({ status: 'FAILED', failure: failureOf(code) } as const)
