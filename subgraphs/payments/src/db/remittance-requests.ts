import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Refused } from '@carriergraph/shared/outcome.ts'
import { and, eq } from 'drizzle-orm'
import type { AdmissionCode } from '../remittance/admit.ts'
import type { RequestKey } from './payment-requests.ts'
import { remittanceRequest } from './tables/remittance-request.ts'

/** The first answer under a key. */
export type RemittanceAnswer =
  | { readonly kind: 'TAKEN_ON'; readonly remittanceId: Id<'rem'> }
  | { readonly kind: 'REFUSED'; readonly refusal: Refused<AdmissionCode> }

/**
 * Stores the first answer under a key; false when there is one already. While another transaction is about to store
 * one, this waits for it: of two at once, one is answered with the other's.
 */
export async function storeRemittanceAnswer(
  tx: Tx,
  key: RequestKey,
  requestHash: string,
  answer: RemittanceAnswer,
  requestedAt: Date,
): Promise<boolean> {
  const stored = await tx
    .insert(remittanceRequest)
    .values({ ...key, requestHash, requestedAt, ...columnsOf(answer) })
    .onConflictDoNothing()
    .returning({ key: remittanceRequest.idempotencyKey })
  return stored.length === 1
}

/** The first answer under a key, and to what; undefined where there is none. */
export async function findRemittanceAnswer(
  db: Db,
  { requestedBy, idempotencyKey }: RequestKey,
): Promise<{ readonly requestHash: string; readonly answer: RemittanceAnswer } | undefined> {
  const [row] = await db
    .select()
    .from(remittanceRequest)
    .where(and(eq(remittanceRequest.requestedBy, requestedBy), eq(remittanceRequest.idempotencyKey, idempotencyKey)))
  return row && { requestHash: row.requestHash, answer: answerOf(row) }
}

function columnsOf(answer: RemittanceAnswer) {
  if (answer.kind === 'TAKEN_ON') return { remittanceId: answer.remittanceId }
  const { code, message, field } = answer.refusal
  return { refusalCode: code, refusalMessage: message, refusalField: field === undefined ? null : [...field] }
}

function answerOf(row: typeof remittanceRequest.$inferSelect): RemittanceAnswer {
  if (row.remittanceId !== null) return { kind: 'TAKEN_ON', remittanceId: row.remittanceId }
  if (row.refusalCode === null) throw new Error('A stored request has neither remittance nor refusal.')
  const refusal = { ok: false, code: row.refusalCode, message: row.refusalMessage ?? '' } as const
  return { kind: 'REFUSED', refusal: row.refusalField === null ? refusal : { ...refusal, field: row.refusalField } }
}
