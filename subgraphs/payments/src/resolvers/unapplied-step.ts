import { type Id, readId } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import type { UnappliedCase } from '../domain/unapplied-case.ts'
import { type Decider, deciderOf } from '../four-eyes/decider.ts'
import type { UnappliedMoneyError } from '../generated/resolvers.ts'
import type { CaseCode } from '../unapplied/decide.ts'

type Payload = { unapplied: UnappliedCase | null; errors: UnappliedMoneyError[] }

/** A step of a case by whoever asks, and the case as it stands after it. */
export async function unappliedStep(
  text: string,
  context: Context,
  step: (id: Id<'uam'>, decider: Decider) => Promise<Outcome<UnappliedCase, CaseCode | 'INVALID_ID' | 'INVALID_VALUE'>>,
): Promise<Payload> {
  const id = readId('uam', text, ['id'])
  if (!id.ok) return { unapplied: null, errors: [payloadError(id)] }
  const done = await step(id.value, deciderOf(context))
  return done.ok ? { unapplied: done.value, errors: [] } : { unapplied: null, errors: [payloadError(done)] }
}
