import { actsForOthers } from '@carriergraph/shared/authorize/ownership.ts'
import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import type { Destination } from '../domain/destination.ts'
import type { Command } from '../flow/commands.ts'
import type { ManyTakenOn } from '../flow/create-many.ts'
import type { PaymentOrder } from '../flow/request-hash.ts'
import type { PaymentRequest } from '../flow/take-on.ts'
import type { CreatePaymentInput, PaymentError } from '../generated/resolvers.ts'
import type { PaymentModel } from '../models.ts'
import { amountIn, idempotencyKeyIn } from './input.ts'

type ParsedPayment =
  | { readonly idempotencyKey: string; readonly order: PaymentOrder }
  | { readonly errors: PaymentError[] }

/** What a client asks to pay: all faults of the input at once, in the order of its fields. */
export function parsePayment(input: CreatePaymentInput): ParsedPayment {
  const key = idempotencyKeyIn(input.idempotencyKey)
  const source = readId('led', input.sourceAccountId, ['sourceAccountId'])
  const destination = destinationIn(input)
  const amount = amountIn(input.amount)
  if (key.ok && source.ok && destination.ok && amount.ok)
    return {
      idempotencyKey: key.value,
      order: {
        sourceAccountId: source.value,
        destination: destination.value,
        amount: amount.value,
        capture: input.capture ?? 'AUTOMATIC',
        confirm: input.confirm ?? true,
      },
    }
  const faults = [key, source, destination, amount]
  return { errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}

function destinationIn(input: CreatePaymentInput): Outcome<Destination, 'INVALID_VALUE' | 'INVALID_ID'> {
  const { type } = input
  if (type === 'REFUND') return refuse('INVALID_VALUE', 'A refund is made by refundPayment.', ['type'])
  for (const [field, its] of [
    ['billingAccountId', 'TOP_UP'],
    ['destinationAccountId', 'TRANSFER'],
  ] as const) {
    const isGiven = input[field] != null
    if (isGiven && type !== its) return refuse('INVALID_VALUE', `A ${type} has no ${field}.`, [field])
    if (!isGiven && type === its) return refuse('INVALID_VALUE', `A ${type} needs a ${field}.`, [field])
  }
  if (type === 'FEE') return ok({ type })
  if (type === 'TRANSFER') {
    const id = readId('led', input.destinationAccountId ?? '', ['destinationAccountId'])
    return id.ok ? ok({ type, destinationAccountId: id.value }) : id
  }
  const id = readId('acc', input.billingAccountId ?? '', ['billingAccountId'])
  return id.ok ? ok({ type, billingAccountId: id.value }) : id
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
