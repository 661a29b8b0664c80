import { ok } from '@carriergraph/shared/outcome.ts'
import { findCycle } from '../../db/settlement-cycles.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { approveReversal } from '../../settlement/decide-reversal.ts'
import { reverseCycle } from '../../settlement/settle.ts'
import { booksOf } from '../payment-input.ts'
import { settlementStep } from '../settlement-step.ts'

export const approveSettlementReversal: NonNullable<MutationResolvers['approveSettlementReversal']> = (
  _,
  { input },
  context,
) =>
  settlementStep(input.id, context, async (id, decider) => {
    const { db, clock, ledgers } = context
    const approved = await approveReversal(db, { id }, decider)
    if (!approved.ok || approved.value.state !== 'REVERSING') return approved
    // What the ledger made of it, the cycle says itself, whoever has asked the ledger.
    await reverseCycle({ db, clock, ledger: ledgers.of(booksOf(context)) }, id)
    return ok((await findCycle(db, id)) ?? approved.value)
  })
