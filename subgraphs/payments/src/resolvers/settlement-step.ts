import { type Id, readId } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import { type Decider, deciderOf } from '../four-eyes/decider.ts'
import type { SettlementError } from '../generated/resolvers.ts'
import type { SettlementCycle } from '../settlement/cycle.ts'
import type { ReversalCode } from '../settlement/decide-reversal.ts'

type Payload = { cycle: SettlementCycle | null; errors: SettlementError[] }

/** A step of a reversal by whoever asks, and the cycle as it stands after it. */
export async function settlementStep(
  text: string,
  context: Context,
  step: (id: Id<'cyc'>, decider: Decider) => Promise<Outcome<SettlementCycle, ReversalCode>>,
): Promise<Payload> {
  const id = readId('cyc', text, ['id'])
  if (!id.ok) return { cycle: null, errors: [payloadError(id)] }
  const done = await step(id.value, deciderOf(context))
  return done.ok ? { cycle: done.value, errors: [] } : { cycle: null, errors: [payloadError(done)] }
}
