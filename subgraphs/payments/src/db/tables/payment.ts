import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { DECISION_SOURCES, FAILURE_CODES } from '../../domain/decide.ts'
import { PAYMENT_METHODS } from '../../domain/method.ts'
import {
  CAPTURE_MODES,
  DISPUTE_OUTCOMES,
  EXECUTION_STATES,
  HOLD_STATES,
  MOVED_STATUSES,
  PAYMENT_STATUSES,
  PAYMENT_TYPES,
  type PaymentStatus,
} from '../../domain/payment.ts'
import { billingAccountRef } from './billing-account-ref.ts'

const among = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '))

/**
 * Between two steps, so that somebody has to go on with it; what waits for its rail is not. Written as text, for the index and the sweeper alike: the
 * planner takes the index only for the condition that it was made with.
 */
export const IS_UNFINISHED = sql.raw(
  `"payment"."status" = 'RISK_PENDING' or "payment"."status" = 'PROCESSING' and "payment"."execution" is distinct from 'INSTRUCTED' or "payment"."status" = 'AUTHORISED' and ("payment"."hold" is distinct from 'PLACED' or "payment"."execution" = 'WANTED') or "payment"."hold" = 'RELEASING' or "payment"."execution" = 'RETURNED'`,
)

/** Held for a capture that may never come. */
export const IS_HELD = sql.raw(`"payment"."status" = 'AUTHORISED' and "payment"."hold" = 'PLACED'`)

/** A payment and where it stands. `version` is its number of states so far, as in payment_transition and the journal. */
export const payment = pgTable(
  'payment',
  {
    tenantId: tenantColumn(),
    id: idColumn('pay').notNull(),
    type: text('type', { enum: PAYMENT_TYPES }).notNull(),
    method: text('method', { enum: PAYMENT_METHODS }).notNull().default('WALLET'),
    status: text('status').$type<PaymentStatus>().notNull(),
    version: integer('version').notNull(),
    /** The owner of the wallet that pays; of a refund, who is paid back. */
    payerId: idColumn('usr', 'payer_id').notNull(),
    sourceAccountId: idColumn('led', 'source_account_id').notNull(),
    destinationAccountId: idColumn('led', 'destination_account_id').notNull(),
    /** Of a top-up and of its refunds. */
    billingAccountId: idColumn('acc', 'billing_account_id'),
    /** Of a refund: the payment that it gives back. */
    originalId: idColumn('pay', 'original_id'),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    /** Chosen when the payment is taken on: however often posting is tried, it is this one transfer, or this one hold. */
    transferId: idColumn('tfr', 'transfer_id').notNull(),
    capture: text('capture', { enum: CAPTURE_MODES }).notNull().default('AUTOMATIC'),
    /** Null where nothing is held by it. */
    hold: text('hold', { enum: HOLD_STATES }),
    /** How far it has come on its rail; null where it goes over none. */
    execution: text('execution', { enum: EXECUTION_STATES }),
    authorisedUntil: momentColumn('authorised_until'),
    /** What is captured; null for the whole amount. */
    capturedMinor: bigint('captured_minor', { mode: 'bigint' }),
    /** What refunds give back of it, those on their way included, and what they have given back. */
    refundClaimedMinor: minorColumn('refund_claimed_minor').default(sql`0`),
    refundedMinor: minorColumn('refunded_minor').default(sql`0`),
    disputeReason: text('dispute_reason'),
    disputeOutcome: text('dispute_outcome', { enum: DISPUTE_OUTCOMES }),
    correlationId: text('correlation_id').notNull(),
    decisionSource: text('decision_source', { enum: DECISION_SOURCES }),
    decisionExplanation: jsonb('decision_explanation').$type<Explanation>(),
    failureCode: text('failure_code', { enum: FAILURE_CODES }),
    failureMessage: text('failure_message'),
    createdAt: momentColumn('created_at').notNull(),
    completedAt: momentColumn('completed_at'),
  },
  (table) => [
    primaryKey({ name: 'payment_key', columns: [table.tenantId, table.id] }),
    index('payment_of_payer').on(table.tenantId, table.payerId, table.id),
    index('payment_of_status').on(table.tenantId, table.status, table.id),
    index('payment_of_original')
      .on(table.tenantId, table.originalId, table.id)
      .where(sql`${table.originalId} is not null`),
    // What the sweeper reads; nearly always empty.
    index('payment_unfinished').on(table.tenantId, table.id).where(IS_UNFINISHED),
    index('payment_held_until').on(table.authorisedUntil).where(IS_HELD),
    foreignKey({
      name: 'payment_billing_account',
      columns: [table.tenantId, table.billingAccountId],
      foreignColumns: [billingAccountRef.tenantId, billingAccountRef.id],
    }),
    foreignKey({
      name: 'payment_original',
      columns: [table.tenantId, table.originalId],
      foreignColumns: [table.tenantId, table.id],
    }),
    check('payment_status_known', sql`${table.status} in (${among(PAYMENT_STATUSES)})`),
    check('payment_type_known', sql`${table.type} in (${among(PAYMENT_TYPES)})`),
    check('payment_above_zero', sql`${table.amountMinor} > 0`),
    check('payment_refund_of', sql`(${table.type} = 'REFUND') = (${table.originalId} is not null)`),
    check('payment_top_up_of', sql`${table.type} <> 'TOP_UP' or ${table.billingAccountId} is not null`),
    check(
      'payment_completed_when',
      sql`(${table.status} in (${among(MOVED_STATUSES)})) = (${table.completedAt} is not null)`,
    ),
    check('payment_failed_why', sql`(${table.status} = 'FAILED') = (${table.failureCode} is not null)`),
    check(
      'payment_decided',
      sql`case ${table.status} when 'CREATED' then ${table.decisionSource} is null
        when 'RISK_PENDING' then ${table.decisionSource} is null
        when 'CANCELLED' then true else ${table.decisionSource} is not null end`,
    ),
    check('payment_captured', sql`${table.capturedMinor} > 0 and ${table.capturedMinor} <= ${table.amountMinor}`),
    // The last line of defence: however many refunds there are at once, they give back no more than was paid.
    check(
      'payment_refunded',
      sql`0 <= ${table.refundedMinor} and ${table.refundedMinor} <= ${table.refundClaimedMinor}
        and ${table.refundClaimedMinor} <= coalesce(${table.capturedMinor}, ${table.amountMinor})`,
    ),
    check('payment_method_known', sql`${table.method} in (${among(PAYMENT_METHODS)})`),
    check('payment_execution_known', sql`${table.execution} in (${among(EXECUTION_STATES)})`),
    check('payment_hold_known', sql`${table.hold} in (${among(HOLD_STATES)})`),
    check(
      'payment_disputed_why',
      sql`(${table.status} = 'DISPUTED') = (${table.disputeReason} is not null and ${table.disputeOutcome} is null)`,
    ),
    tenantPolicy(),
  ],
)

export type PaymentRow = typeof payment.$inferSelect
