import { actsForOthers } from '@carriergraph/shared/authorize/ownership.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import type { Command } from '../flow/commands.ts'
import type { ManyTakenOn } from '../flow/create-many.ts'
import type { PaymentOrder } from '../flow/request-hash.ts'
import type { PaymentRequest } from '../flow/take-on.ts'
import type { CreatePaymentInput, PaymentError } from '../generated/resolvers.ts'
import type { PaymentModel } from '../models.ts'
import { captureIn, destinationIn, walletIn } from './destination-input.ts'
import { amountIn, idempotencyKeyIn } from './input-fields.ts'

type ParsedPayment =
  | { readonly idempotencyKey: string; readonly order: PaymentOrder }
  | { readonly errors: PaymentError[] }

/** What a client asks to pay: all faults of the input at once, in the order of its fields. */
export function parsePayment(input: CreatePaymentInput): ParsedPayment {
  const { type } = input
  // Nothing else of it can be right or wrong.
  if (type === 'REFUND')
    return { errors: [payloadError(refuse('INVALID_VALUE', 'A refund is made by refundPayment.', ['type']))] }
  const key = idempotencyKeyIn(input.idempotencyKey)
  const source = walletIn(input)
  const destination = destinationIn(type, input)
  const amount = amountIn(input.amount)
  const capture = captureIn(input)
  if (key.ok && source.ok && destination.ok && amount.ok && capture.ok)
    return {
      idempotencyKey: key.value,
      order: {
        sourceAccountId: source.value,
        destination: destination.value,
        amount: amount.value,
        capture: capture.value,
        confirm: input.confirm ?? true,
      },
    }
  const faults = [key, source, ...(destination.ok ? [] : destination.faults), amount, capture]
  return { errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}

/** A request by whoever sends this one. */
export const requestBy = (
  { actor, correlationId }: Context,
  { idempotencyKey, order }: { readonly idempotencyKey: string; readonly order: PaymentOrder },
): PaymentRequest => ({
  key: { requestedBy: actor.subject, idempotencyKey },
  requester: { userId: actor.userId, actsForOthers: actsForOthers(actor) },
  order,
  correlationId,
})

/** A command by whoever sends this request. */
export const commandBy = ({ actor, correlationId }: Context, paymentId: Id<'pay'>): Command => ({
  paymentId,
  requester: { userId: actor.userId, actsForOthers: actsForOthers(actor) },
  actor: actor.subject,
  correlationId,
})

export const booksOf = ({ actor, db }: Context) => ({ tenant: actor.tenant, db })

type PaymentAnswer = { payment: PaymentModel | null; errors: PaymentError[] }

/** A payload with nothing but why it was refused. */
export const refusedFor = (
  ...faults: (Refused<PaymentError['code']> | { readonly ok: true })[]
): { payment: null; errors: PaymentError[] } => ({
  payment: null,
  errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])),
})

/** A payload with a payment, and why it failed where it did. */
export function paymentAnswer(taken: ManyTakenOn | Outcome<PaymentModel, PaymentError['code']>): PaymentAnswer {
  if (!taken.ok) return refusedFor(taken)
  const { failure } = taken.value
  return { payment: taken.value, errors: failure === null ? [] : [failure] }
}
