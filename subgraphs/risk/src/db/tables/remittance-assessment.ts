import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  char,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Reason } from '../../compliance/reason.ts'
import { RISK_DECISIONS } from '../../domain/assess.ts'

/** The assessment of one remittance, together with what was assessed. Append-only. */
export const remittanceAssessment = pgTable(
  'remittance_assessment',
  {
    tenantId: tenantColumn(),
    id: idColumn('ras').notNull(),
    remittanceId: idColumn('rem', 'remittance_id').notNull(),
    senderId: idColumn('usr', 'sender_id').notNull(),
    beneficiaryName: text('beneficiary_name').notNull(),
    beneficiaryCountry: char('beneficiary_country', { length: 2 }).notNull(),
    /** The name as it is compared and the country: who counts as the same beneficiary. */
    beneficiaryKey: text('beneficiary_key').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    /** As payments reckoned it: what the thresholds are compared with. */
    usdEquivalent: numeric('usd_equivalent').notNull(),
    purpose: text('purpose').notNull(),
    sourceOfFunds: text('source_of_funds').notNull(),
    /** SHA-256 in hex of all that was asked: tells the same request from another under the same id. */
    requestHash: text('request_hash').notNull(),
    decision: text('decision', { enum: RISK_DECISIONS }).notNull(),
    reasons: jsonb('reasons').notNull().$type<readonly Reason[]>(),
    /** The version of the sanctions list that was screened against; null where there was none. */
    sanctionsVersion: integer('sanctions_version'),
    remittanceCreatedAt: momentColumn('remittance_created_at').notNull(),
    assessedAt: momentColumn('assessed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'remittance_assessment_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('remittance_assessment_of_remittance').on(table.tenantId, table.remittanceId),
    index('remittance_assessment_of_sender').on(table.tenantId, table.senderId, table.remittanceCreatedAt),
    check('remittance_assessment_decision', sql`${table.decision} in ('APPROVE', 'REVIEW', 'DECLINE')`),
    check('remittance_assessment_amount', sql`${table.amountMinor} > 0 and ${table.usdEquivalent} > 0`),
    tenantPolicy(),
  ],
)

export type RemittanceAssessmentRow = typeof remittanceAssessment.$inferSelect
