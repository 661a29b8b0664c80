import { remittanceAccounts } from './accounts.ts'
import { takeStep } from './change.ts'
import { type FailureCode, failureOf, LEDGER_FAILURES } from './failure.ts'
import { debitOrders } from './orders.ts'
import { register } from './outlet.ts'
import { refusalOf } from './post-linked.ts'
import { refundStep } from './refund-step.ts'
import type { Step } from './remittance.ts'
import { settleStep } from './settle-step.ts'
import type { StepOptions, TakeStep } from './step-options.ts'
import { changeBy } from './verdict.ts'

/**
 * Each step may be taken again, by anybody and at once: what it asks of others goes under ids that follow from the remittance,
 * and what came of it is recorded once.
 */
export function remittanceSteps(options: StepOptions): Record<Step, TakeStep> {
  const { risk, post, outlet, clock, log } = options
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

    SETTLE: settleStep(options),

    REFUND: refundStep(options),
  }
}

const debited = (code: FailureCode | undefined) =>
  code === undefined ? ({ status: 'DEBITED' } as const) : ({ status: 'FAILED', failure: failureOf(code) } as const)
