import { type Id, readId } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import { type Decider, deciderOf } from '../four-eyes/decider.ts'
import type { ReconciliationError } from '../generated/resolvers.ts'
import type { DismissalCode } from '../reconciliation/dismissal.ts'
import type { ReconciliationItem } from '../reconciliation/item.ts'
import type { WriteOffCode } from '../reconciliation/write-off.ts'

type Payload = { case: ReconciliationItem | null; errors: ReconciliationError[] }

/** A step of an end that two people decide, by whoever asks, and the case as it stands after it. */
export async function caseStep(
  caseId: string,
  context: Context,
  step: (caseId: Id<'rci'>, decider: Decider) => Promise<Outcome<undefined, WriteOffCode | DismissalCode>>,
): Promise<Payload> {
  const id = readId('rci', caseId, ['caseId'])
  if (!id.ok) return { case: null, errors: [payloadError(id)] }
  const done = await step(id.value, deciderOf(context))
  if (!done.ok) return { case: null, errors: [payloadError(done)] }
  return { case: await context.loaders.reconciliationItem.load(id.value), errors: [] }
}
