import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  bigint,
  char,
  check,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import type { ClearingMember } from '../../domain/clearing-member.ts'
import { RISK_DECISIONS } from '../../domain/decide.ts'
import { FAILURE_CODES } from '../../remittance/failure.ts'
import { FUNDS_SOURCES, PURPOSES } from '../../remittance/purpose.ts'
import { DECISION_SOURCES, REMITTANCE_STATUSES, type RemittanceStatus } from '../../remittance/remittance.ts'
import { fxQuote } from './fx-quote.ts'

const among = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '))

/** Between two steps, or waiting for a decision that may come too late. As text, for the index and the sweeper alike. */
export const IS_UNFINISHED_REMITTANCE = sql.raw(
  `"remittance"."status" in ('SCREENING', 'REVIEW', 'APPROVED', 'DEBITED', 'SETTLING', 'REFUNDING')`,
)

/** Money sent abroad and where that stands. `version` is its number of states, as in remittance_transition and the journal. */
export const remittance = pgTable(
  'remittance',
  {
    tenantId: tenantColumn(),
    id: idColumn('rem').notNull(),
    status: text('status').$type<RemittanceStatus>().notNull(),
    version: integer('version').notNull(),
    senderId: idColumn('usr', 'sender_id').notNull(),
    /** As risk knew them when it assessed it; null before, and where it knew no name. */
    senderName: text('sender_name'),
    sourceAccountId: idColumn('led', 'source_account_id').notNull(),
    quoteId: idColumn('fxq', 'quote_id').notNull(),
    sourceCurrency: currencyColumn('source_currency'),
    targetCurrency: currencyColumn('target_currency'),
    debitedMinor: minorColumn('debited_minor'),
    feesMinor: minorColumn('fees_minor'),
    deliveredAtMidMinor: minorColumn('delivered_at_mid_minor'),
    spreadMinor: minorColumn('spread_minor'),
    roundingMinor: minorColumn('rounding_minor'),
    deliveredMinor: minorColumn('delivered_minor'),
    midRate: numeric('mid_rate').notNull(),
    customerRate: numeric('customer_rate').notNull(),
    /** Cents. */
    usdMinor: minorColumn('usd_minor'),
    beneficiaryName: text('beneficiary_name').notNull(),
    beneficiaryCountry: char('beneficiary_country', { length: 2 }).notNull(),
    /** An IBAN, or with a bank an account number. Shown by its last characters alone. */
    beneficiaryAccount: text('beneficiary_account').notNull(),
    beneficiaryBic: text('beneficiary_bic'),
    beneficiaryClearingMember: text('beneficiary_clearing_member').$type<ClearingMember>(),
    purpose: text('purpose', { enum: PURPOSES }).notNull(),
    fundsSource: text('funds_source', { enum: FUNDS_SOURCES }).notNull(),
    message: text('message'),
    /** Of the idempotency key; null of those that an earlier version took on. */
    fateKey: text('fate_key'),
    decisionSource: text('decision_source', { enum: DECISION_SOURCES }),
    decisionOutcome: text('decision_outcome', { enum: RISK_DECISIONS }),
    failureCode: text('failure_code', { enum: FAILURE_CODES as [string, ...string[]] }),
    railReason: text('rail_reason'),
    /** What came back of settled money. */
    returnedMinor: bigint('returned_minor', { mode: 'bigint' }),
    settlementAttempt: integer('settlement_attempt').notNull().default(0),
    refundAttempt: integer('refund_attempt').notNull().default(0),
    retryAt: momentColumn('retry_at'),
    decideBy: momentColumn('decide_by').notNull(),
    correlationId: text('correlation_id').notNull(),
    createdAt: momentColumn('created_at').notNull(),
    changedAt: momentColumn('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'remittance_key', columns: [table.tenantId, table.id] }),
    index('remittance_of_sender').on(table.tenantId, table.senderId, table.id),
    index('remittance_of_status').on(table.tenantId, table.status, table.id),
    // What limits are held against.
    index('remittance_sent').on(table.tenantId, table.senderId, table.createdAt),
    // What the sweeper reads; nearly always empty.
    index('remittance_unfinished').on(table.tenantId, table.id).where(IS_UNFINISHED_REMITTANCE),
    foreignKey({
      name: 'remittance_quote',
      columns: [table.tenantId, table.quoteId],
      foreignColumns: [fxQuote.tenantId, fxQuote.id],
    }),
    check('remittance_one_bank', sql`num_nonnulls(${table.beneficiaryBic}, ${table.beneficiaryClearingMember}) <= 1`),
    check('remittance_status_known', sql`${table.status} in (${among(REMITTANCE_STATUSES)})`),
    // The books of a remittance close in the row itself.
    check(
      'remittance_debited_is_its_parts',
      sql`${table.debitedMinor} = ${table.feesMinor} + ${table.deliveredAtMidMinor} + ${table.spreadMinor} + ${table.roundingMinor}`,
    ),
    check(
      'remittance_no_part_negative',
      sql`least(${table.feesMinor}, ${table.spreadMinor}, ${table.roundingMinor}) >= 0
        and least(${table.deliveredAtMidMinor}, ${table.deliveredMinor}, ${table.usdMinor}) > 0`,
    ),
    check(
      'remittance_decided',
      sql`num_nonnulls(${table.decisionSource}, ${table.decisionOutcome}) in (0, 2)
        and (${table.decisionOutcome} is not distinct from 'APPROVE'
          or ${table.status} in ('SCREENING', 'REVIEW', 'FAILED', 'CANCELLED'))`,
    ),
    check(
      'remittance_failed_why',
      sql`(${table.status} in ('FAILED', 'REFUNDING', 'REFUNDED')) = (${table.failureCode} is not null)`,
    ),
    check(
      'remittance_returned',
      sql`(${table.failureCode} is not distinct from 'RETURNED_BY_BANK') = (${table.returnedMinor} is not null)
        and ${table.returnedMinor} > 0`,
    ),
    tenantPolicy(),
  ],
)

export type RemittanceRow = typeof remittance.$inferSelect
