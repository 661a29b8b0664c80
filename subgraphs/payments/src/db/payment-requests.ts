import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, parseId } from '@carriergraph/shared/ids.ts'
import { availableMinor } from '@carriergraph/shared/ledger/account.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import type { Refused } from '@carriergraph/shared/outcome.ts'
import { and, eq, type InferSelectModel, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { AdmissionCode, AdmissionFacts } from '../domain/admit.ts'
import { knownPurpose } from './ledger-accounts.ts'
import { billingAccountRef } from './tables/billing-account-ref.ts'
import { paymentRequest } from './tables/payment-request.ts'

/** Whose key it is. Two callers may use the same text without meeting. */
export type RequestKey = { readonly requestedBy: string; readonly idempotencyKey: string }

/** The first answer under a key. */
export type FirstAnswer =
  | { readonly kind: 'TAKEN_ON'; readonly paymentId: Id<'pay'> }
  | { readonly kind: 'REFUSED'; readonly refusal: Refused<AdmissionCode> }

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

const clearing = alias(ledgerAccount, 'clearing')

/** What the admission of a top-up looks at, and the operator's account for it, in one statement. */
export async function findAdmissionFacts(
  db: Db,
  sourceAccountId: Id<'led'>,
  billingAccountId: Id<'acc'>,
): Promise<AdmissionFacts & { readonly clearingAccountId: Id<'led'> | undefined }> {
  const [row] = await db
    .select({
      purpose: ledgerAccount.purpose,
      ownerId: ledgerAccount.ownerId,
      status: ledgerAccount.status,
      normalSide: ledgerAccount.normalSide,
      balanceMinor: ledgerAccount.balanceMinor,
      heldMinor: ledgerAccount.heldMinor,
      floorMinor: ledgerAccount.floorMinor,
      currency: ledgerAccount.currency,
      clearingAccountId: clearing.id,
      billingCurrency: billingAccountRef.currency,
    })
    .from(ledgerAccount)
    .leftJoin(
      clearing,
      and(
        sql`${clearing.ownerId} is null`,
        eq(clearing.purpose, 'BILLING_CLEARING'),
        eq(clearing.currency, ledgerAccount.currency),
      ),
    )
    .leftJoin(billingAccountRef, eq(billingAccountRef.id, billingAccountId))
    .where(eq(ledgerAccount.id, sourceAccountId))
  if (row === undefined) return { source: undefined, billingCurrency: undefined, clearingAccountId: undefined }
  const { ownerId, status, currency } = row
  return {
    source: {
      purpose: knownPurpose(row.purpose),
      ownerId: ownerId === null ? null : parseId('usr', ownerId),
      status,
      available: money(availableMinor(row), currency),
    },
    billingCurrency: row.billingCurrency ?? undefined,
    clearingAccountId: row.clearingAccountId ?? undefined,
  }
}
