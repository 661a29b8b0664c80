import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { recordsetOf } from '@carriergraph/shared/db/recordset.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Refused } from '@carriergraph/shared/outcome.ts'
import { and, eq, type InferSelectModel, sql } from 'drizzle-orm'
import type { AdmissionCode } from '../domain/admit.ts'
import type { CarriageCode } from '../domain/carriage.ts'
import type { RefundCode } from '../domain/commands.ts'
import { paymentRequest } from './tables/payment-request.ts'

/** Whose key it is. Two callers may use the same text without meeting. */
export type RequestKey = { readonly requestedBy: string; readonly idempotencyKey: string }

/** Why nothing was taken on under a key. */
export type RequestRefusal = AdmissionCode | CarriageCode | RefundCode

/** The first answer under a key. */
export type FirstAnswer =
  | { readonly kind: 'TAKEN_ON'; readonly paymentId: Id<'pay'> }
  | { readonly kind: 'REFUSED'; readonly refusal: Refused<RequestRefusal> }

export type StoredRequest = { readonly requestHash: string; readonly answer: FirstAnswer }

const toStore = recordsetOf(paymentRequest, [
  'requestedBy',
  'idempotencyKey',
  'requestHash',
  'paymentId',
  'refusalCode',
  'refusalMessage',
  'refusalField',
  'requestedAt',
])

/** An answer that is about to be the first under its key. */
export type AnswerToStore = {
  readonly key: RequestKey
  readonly requestHash: string
  readonly answer: FirstAnswer
  readonly requestedAt: Date
}

/**
 * Stores the first answers under keys, which differ; answers with those where there was none. While another transaction is
 * about to store one, this waits for it: of two at once, one is answered with the other's.
 */
export async function storeAnswers<Answer extends AnswerToStore>(
  tx: Tx,
  answers: readonly Answer[],
): Promise<Answer[]> {
  // In one order everywhere, or two that store the same keys would wait for each other.
  const sorted = answers.toSorted((one, other) => (nameOf(one.key) < nameOf(other.key) ? -1 : 1))
  const rows = sorted.map(({ key, requestHash, requestedAt, answer }) => ({
    ...key,
    requestHash,
    requestedAt,
    ...columnsOf(answer),
  }))
  const stored = await tx.execute<{ by: string; key: string }>(sql`
    insert into ${paymentRequest} (${toStore.names})
    select ${toStore.names} from ${toStore.from(rows)} order by place
    on conflict do nothing returning requested_by as by, idempotency_key as key`)
  const names = new Set(stored.map(({ by, key }) => nameOf({ requestedBy: by, idempotencyKey: key })))
  return answers.filter(({ key }) => names.has(nameOf(key)))
}

/** Tells keys apart: nobody's name has a line break. */
export const nameOf = ({ requestedBy, idempotencyKey }: RequestKey): string => `${requestedBy}\n${idempotencyKey}`

export async function findAnswer(db: Db, { requestedBy, idempotencyKey }: RequestKey): Promise<StoredRequest> {
  const [row] = await db
    .select()
    .from(paymentRequest)
    .where(and(eq(paymentRequest.requestedBy, requestedBy), eq(paymentRequest.idempotencyKey, idempotencyKey)))
  if (row === undefined) throw new Error('An idempotency key that was taken has no answer.')
  return { requestHash: row.requestHash, answer: answerOf(row) }
}

function columnsOf(answer: FirstAnswer) {
  if (answer.kind === 'TAKEN_ON')
    return { paymentId: answer.paymentId, refusalCode: null, refusalMessage: null, refusalField: null }
  const { code, message, field } = answer.refusal
  return {
    paymentId: null,
    refusalCode: code,
    refusalMessage: message,
    refusalField: field === undefined ? null : [...field],
  }
}

function answerOf(row: InferSelectModel<typeof paymentRequest>): FirstAnswer {
  if (row.paymentId !== null) return { kind: 'TAKEN_ON', paymentId: row.paymentId }
  if (row.refusalCode === null) throw new Error('A stored request has neither payment nor refusal.')
  const refusal = { ok: false, code: row.refusalCode, message: row.refusalMessage ?? '' } as const
  return { kind: 'REFUSED', refusal: row.refusalField === null ? refusal : { ...refusal, field: row.refusalField } }
}
