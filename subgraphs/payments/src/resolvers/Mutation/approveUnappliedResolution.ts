import { ok } from '@carriergraph/shared/outcome.ts'
import { findCases } from '../../db/unapplied-money.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { carryOut } from '../../unapplied/carry-out.ts'
import { approveResolution } from '../../unapplied/decide.ts'
import { booksOf } from '../payment-input.ts'
import { unappliedStep } from '../unapplied-step.ts'

export const approveUnappliedResolution: NonNullable<MutationResolvers['approveUnappliedResolution']> = (
  _,
  { input },
  context,
) =>
  unappliedStep(input.id, context, async (id, decider) => {
    const approved = await approveResolution(context.db, { id }, decider)
    if (!approved.ok || approved.value.state !== 'RESOLVING') return approved
    const books = booksOf(context)
    const { refundId } = approved.value
    if (refundId === null) await carryOut({ ...books, ledger: context.ledgers.of(books), clock: context.clock }, id)
    else await context.flow.resume(books, refundId)
    const [after] = await findCases(context.db, [id])
    return ok(after ?? approved.value)
  })
