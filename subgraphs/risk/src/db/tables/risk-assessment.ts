import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, numeric, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { Counterparty } from '../../compliance/payment.ts'
import type { ScreeningReason } from '../../compliance/reason.ts'
import { RISK_DECISIONS } from '../../domain/assess.ts'
import { EURO_DIGITS } from '../../domain/euro.ts'
import type { RuleHit } from '../../domain/rules.ts'

/** The assessment of one payment, together with what was assessed. Append-only. */
export const riskAssessment = pgTable(
  'risk_assessment',
  {
    tenantId: tenantColumn(),
    id: idColumn('asm').notNull(),
    paymentId: idColumn('pay', 'payment_id').notNull(),
    payerId: idColumn('usr', 'payer_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    /** About what the amount was worth in euro, for averages; null where no rate is known. */
    amountEuro: numeric('amount_euro', { precision: 30, scale: EURO_DIGITS }),
    /** The owner of the wallet or billing account that a transfer or a top-up goes to. */
    payeeId: idColumn('usr', 'payee_id'),
    /** Who is at the other end, outside of the graph: a name and countries, no account. */
    counterparty: jsonb('counterparty').$type<Counterparty>(),
    decision: text('decision', { enum: RISK_DECISIONS }).notNull(),
    score: integer('score').notNull(),
    ruleHits: jsonb('rule_hits').notNull().$type<readonly RuleHit[]>(),
    explanation: jsonb('explanation').notNull().$type<Explanation>(),
    /** What compliance found; null of what was assessed before payments were screened. */
    complianceReasons: jsonb('compliance_reasons').$type<readonly ScreeningReason[]>(),
    /** The version of the sanctions list that was screened against; null where there was none. */
    sanctionsVersion: integer('sanctions_version'),
    paymentCreatedAt: momentColumn('payment_created_at').notNull(),
    assessedAt: momentColumn('assessed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'risk_assessment_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('risk_assessment_of_payment').on(table.tenantId, table.paymentId),
    index('risk_assessment_of_payer').on(table.tenantId, table.payerId, table.paymentCreatedAt),
    // Of a payer of whom nothing was approved the average must not read all that was declined.
    index('risk_assessment_approved')
      .on(table.tenantId, table.payerId, table.paymentCreatedAt, table.id)
      .where(sql`${table.decision} = 'APPROVE'`),
    check('risk_assessment_decision', sql`${table.decision} in ('APPROVE', 'REVIEW', 'DECLINE')`),
    check('risk_assessment_amount', sql`${table.amountMinor} > 0`),
    check('risk_assessment_score', sql`${table.score} between 0 and 100`),
    tenantPolicy(),
  ],
)

export type RiskAssessmentRow = typeof riskAssessment.$inferSelect
