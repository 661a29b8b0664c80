import { actsForOthers } from '@carriergraph/shared/authorize/ownership.ts'
import { readId } from '@carriergraph/shared/ids.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { PaymentOrder } from '../../flow/request-hash.ts'
import type { CreatePaymentInput, MutationResolvers, PaymentError } from '../../generated/resolvers.ts'
import { idempotencyKeyIn, paidAmountIn } from '../input.ts'

export const createPayment: NonNullable<MutationResolvers['createPayment']> = async (_, { input }, context) => {
  const { actor, clock, correlationId, db, flow } = context
  const parsed = parse(input, clock())
  // Nothing is stored under the key: the same input is refused alike for ever.
  if ('errors' in parsed) return { payment: null, errors: parsed.errors }
  const taken = await flow.create(
    { tenant: actor.tenant, db },
    {
      key: { requestedBy: actor.subject, idempotencyKey: parsed.idempotencyKey },
      requester: { userId: actor.userId, actsForOthers: actsForOthers(actor) },
      order: parsed.order,
      correlationId,
    },
  )
  if (!taken.ok) return { payment: null, errors: [payloadError(taken)] }
  const { failure } = taken.value
  return { payment: taken.value, errors: failure === null ? [] : [failure] }
}

type Parsed = { readonly idempotencyKey: string; readonly order: PaymentOrder } | { readonly errors: PaymentError[] }

/** All faults of the input at once, in the order of its fields. */
function parse(input: CreatePaymentInput, now: Date): Parsed {
  const key = idempotencyKeyIn(input.idempotencyKey)
  const source = readId('led', input.sourceAccountId, ['sourceAccountId'])
  const billingAccount = readId('acc', input.billingAccountId, ['billingAccountId'])
  const amount = paidAmountIn(input.amount, now)
  if (key.ok && source.ok && billingAccount.ok && amount.ok)
    return {
      idempotencyKey: key.value,
      order: {
        type: input.type,
        sourceAccountId: source.value,
        billingAccountId: billingAccount.value,
        amount: amount.value,
      },
    }
  const faults = [key, source, billingAccount, amount]
  return { errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}
