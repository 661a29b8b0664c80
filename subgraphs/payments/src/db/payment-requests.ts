import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Refused } from '@carriergraph/shared/outcome.ts'
import { and, eq, type InferSelectModel } from 'drizzle-orm'
import type { AdmissionCode } from '../domain/admit.ts'
import type { RefundCode } from '../domain/commands.ts'
import { paymentRequest } from './tables/payment-request.ts'

/** Whose key it is. Two callers may use the same text without meeting. */
export type RequestKey = { readonly requestedBy: string; readonly idempotencyKey: string }

/** Why nothing was taken on under a key. */
export type RequestRefusal = AdmissionCode | RefundCode

/** The first answer under a key. */
export type FirstAnswer =
  | { readonly kind: 'TAKEN_ON'; readonly paymentId: Id<'pay'> }
  | { readonly kind: 'REFUSED'; readonly refusal: Refused<RequestRefusal> }

export type StoredRequest = { readonly requestHash: string; readonly answer: FirstAnswer }

/**
 * Stores the first answer under a key; false when there is one already. While another transaction is about to store
 * one, this waits for it: of two at once, one is answered with the other's.
 */
export async function storeAnswer(
  tx: Tx,
  key: RequestKey,
  requestHash: string,
  answer: FirstAnswer,
  requestedAt: Date,
): Promise<boolean> {
  const stored = await tx
    .insert(paymentRequest)
    .values({ ...key, requestHash, requestedAt, ...columnsOf(answer) })
    .onConflictDoNothing()
    .returning({ key: paymentRequest.idempotencyKey })
  return stored.length === 1
}

export async function findAnswer(db: Db, { requestedBy, idempotencyKey }: RequestKey): Promise<StoredRequest> {
  const [row] = await db
    .select()
    .from(paymentRequest)
    .where(and(eq(paymentRequest.requestedBy, requestedBy), eq(paymentRequest.idempotencyKey, idempotencyKey)))
  if (row === undefined) throw new Error('An idempotency key that was taken has no answer.')
  return { requestHash: row.requestHash, answer: answerOf(row) }
}

function columnsOf(answer: FirstAnswer) {
  if (answer.kind === 'TAKEN_ON') return { paymentId: answer.paymentId }
  const { code, message, field } = answer.refusal
  return { refusalCode: code, refusalMessage: message, refusalField: field === undefined ? null : [...field] }
}

function answerOf(row: InferSelectModel<typeof paymentRequest>): FirstAnswer {
  if (row.paymentId !== null) return { kind: 'TAKEN_ON', paymentId: row.paymentId }
  if (row.refusalCode === null) throw new Error('A stored request has neither payment nor refusal.')
  const refusal = { ok: false, code: row.refusalCode, message: row.refusalMessage ?? '' } as const
  return { kind: 'REFUSED', refusal: row.refusalField === null ? refusal : { ...refusal, field: row.refusalField } }
}
