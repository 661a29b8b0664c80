import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findRemittance, findRemittances, lockRemittance } from '../db/remittances.ts'
import type { Requester } from '../domain/admit.ts'
import { applyChange } from './change.ts'
import { recall } from './outlet.ts'
import { nextStep, type Remittance } from './remittance.ts'
import type { StepOptions } from './step-options.ts'
import { remittanceSteps } from './steps.ts'
import { type RemittanceRequest, type TakenOn, type TakeOnOptions, takeOn } from './take-on.ts'

/** Which remittance, and who asks for it. */
export type RemittanceCommand = {
  readonly remittanceId: Id<'rem'>
  readonly requester: Requester
  /** As the history names whoever asks. */
  readonly actor: string
}

export type CommandCode = 'REMITTANCE_NOT_FOUND' | 'ILLEGAL_TRANSITION' | 'CANCEL_TOO_LATE'

export type RemittanceFlow = {
  /**
   * Takes a remittance on once for each key, and drives it as far as it goes at once; every other call answers with the same
   * remittance as it stands by then, or with the same refusal.
   */
  create(scope: Books, request: RemittanceRequest): Promise<TakenOn>
  /** Ends one that waits to be checked, or takes back what is being sent where its rail lets it. */
  cancel(scope: Books, command: RemittanceCommand): Promise<Outcome<Remittance, CommandCode>>
  /** Drives a remittance to its end, or to where it waits for somebody. */
  resume(scope: Books, id: Id<'rem'>): Promise<Remittance>
}

/**
 * Take on, ask risk, approve, debit, send, settle, or give back: a transaction each, and what is certain is recorded before it
 * is done (docs/adr/0031). A process that is killed between steps leaves a remittance that says how far it came.
 */
export function createRemittanceFlow(options: StepOptions & Pick<TakeOnOptions, 'terms'>): RemittanceFlow {
  const { clock } = options
  const steps = remittanceSteps(options)

  async function drive(scope: Books, remittance: Remittance): Promise<Remittance> {
    let driven = remittance
    for (;;) {
      const step = nextStep(driven, clock())
      if (step === undefined) return driven
      const after = await steps[step](scope, driven)
      // It cannot be taken now: the sweeper comes by again.
      if (after.version === driven.version) return after
      driven = after
    }
  }

  async function takeBack(scope: Books, id: Id<'rem'>): Promise<Outcome<Remittance, CommandCode>> {
    const recalled = await recall(options.outlet, scope, id)
    if (!recalled.ok)
      return refuse('CANCEL_TOO_LATE', 'The money is beyond the point where it can be taken back.', ['remittanceId'])
    return ok(await drive(scope, await findRemittance(scope.db, id)))
  }

  const end = (
    { db }: Books,
    { remittanceId, actor }: Omit<RemittanceCommand, 'requester'>,
  ): Promise<Outcome<Remittance, CommandCode>> =>
    inTransaction(db, async (tx) => {
      const remittance = await lockRemittance(tx, remittanceId)
      const { status, failure } = remittance
      if (status === 'CANCELLED' || failure?.code === 'RECALLED') return ok(remittance)
      if (status !== 'SCREENING' && status !== 'REVIEW')
        return refuse('ILLEGAL_TRANSITION', `A remittance that is ${status} cannot be cancelled.`, ['remittanceId'])
      return ok(await applyChange(tx, remittance, { status: 'CANCELLED' }, { now: clock(), actor }))
    })

  return {
    async create(scope, request) {
      const taken = await takeOn(scope, request, options, clock())
      return taken.ok ? ok(await drive(scope, taken.value)) : taken
    },

    async cancel(scope, { remittanceId, requester, actor }) {
      const [found] = await findRemittances(scope.db, [remittanceId])
      if (found === undefined || !(requester.actsForOthers || found.senderId === requester.userId))
        return refuse('REMITTANCE_NOT_FOUND', 'There is no such remittance, or it is not yours.', ['remittanceId'])
      const { status } = await drive(scope, found)
      return status === 'SENDING' ? takeBack(scope, remittanceId) : end(scope, { remittanceId, actor })
    },

    resume: async (scope, id) => drive(scope, await findRemittance(scope.db, id)),
  }
}
