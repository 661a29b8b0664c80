import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  pgTable,
  pgView,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { idColumn, tenantColumn } from '../id-column.ts'
import { momentColumn } from '../moment-column.ts'
import { currencyColumn, minorColumn } from '../money/money-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { ACCOUNT_STATUSES, BALANCE_MINOR_MAX, NORMAL_SIDES } from './account.ts'
import { TRANSFER_KINDS } from './transfer.ts'

const among = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '))

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * An account of the double-entry ledger. Only `post_batch` changes what it holds, and nothing whose or what it is. A subgraph with a ledger re-exports
 * these tables from its `db/schema.ts`; triggers and functions come from `sql/ledger*.sql`.
 */
export const ledgerAccount = pgTable(
  'ledger_account',
  {
    tenantId: tenantColumn(),
    id: idColumn('led').notNull(),
    /** Stands for the account in hot keys, which are half as large by it; of all tenants together. */
    number: integer('number').generatedAlwaysAsIdentity().notNull(),
    normalSide: text('normal_side', { enum: NORMAL_SIDES }).notNull(),
    currency: currencyColumn(),
    status: text('status', { enum: ACCOUNT_STATUSES }).notNull().default('ACTIVE'),
    ownerId: text('owner_id'),
    purpose: text('purpose').notNull(),
    /** Credits less debits. */
    balanceMinor: minorColumn('balance_minor').default(sql`0`),
    heldMinor: minorColumn('held_minor').default(sql`0`),
    floorMinor: bigint('floor_minor', { mode: 'bigint' }),
    lastSequence: bigint('last_sequence', { mode: 'bigint' }).notNull().default(sql`0`),
    createdAt: momentColumn('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'ledger_account_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('ledger_account_number').on(table.number),
    // Not the tenant first: without statistics, PostgreSQL takes an index that leads with it for as good as the key, and reads it from end to end.
    index('ledger_account_of_owner').on(table.ownerId, table.tenantId, table.id),
    check('ledger_account_side_known', sql`${table.normalSide} in (${among(NORMAL_SIDES)})`),
    check('ledger_account_status_known', sql`${table.status} in (${among(ACCOUNT_STATUSES)})`),
    check('ledger_account_held', sql`${table.heldMinor} >= 0`),
    check('ledger_account_in_range', sql`abs(${table.balanceMinor}) <= ${sql.raw(String(BALANCE_MINOR_MAX))}`),
    // The last line of defence: whatever the code believes, the database refuses an account below its floor.
    check(
      'ledger_account_covered',
      sql`${table.floorMinor} is null or case ${table.normalSide} when 'CREDIT' then ${table.balanceMinor}
        else -${table.balanceMinor} end - ${table.heldMinor} >= ${table.floorMinor}`,
    ),
    check(
      'ledger_account_closed_empty',
      sql`${table.status} <> 'CLOSED' or (${table.balanceMinor} = 0 and ${table.heldMinor} = 0)`,
    ),
    tenantPolicy(),
  ],
)

/**
 * Every order that was decided, posted or refused, with both of its entries in the same row (docs/adr/0021). Rows cannot
 * be changed or removed. There are no foreign keys, which cost five times the rest: `post_batch`, which alone inserts,
 * has the accounts locked, and no account can be deleted.
 */
export const ledgerTransfer = pgTable(
  'ledger_transfer',
  {
    tenantId: tenantColumn(),
    id: idColumn('tfr').notNull(),
    requestHash: bigint('request_hash', { mode: 'bigint' }).notNull(),
    kind: text('kind', { enum: TRANSFER_KINDS }).notNull(),
    /** Null where it was accepted. */
    refusal: text('refusal'),
    /** Null only where it was refused. */
    debitNumber: integer('debit_number'),
    creditNumber: integer('credit_number'),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    reference: text('reference').notNull(),
    /** The transfer that it posts, voids, expires or reverses. */
    subjectId: idColumn('tfr', 'subject_id'),
    expiresAt: momentColumn('expires_at'),
    /** The entries' places in their accounts, 1, 2, 3 …, and the balances after them; null where nothing moved. */
    debitSequence: bigint('debit_sequence', { mode: 'bigint' }),
    creditSequence: bigint('credit_sequence', { mode: 'bigint' }),
    debitBalanceMinor: bigint('debit_balance_minor', { mode: 'bigint' }),
    creditBalanceMinor: bigint('credit_balance_minor', { mode: 'bigint' }),
    decidedAt: momentColumn('decided_at').notNull(),
    /** Of the transaction that decided it: what is below the oldest running one is there for good, and can be sealed. */
    xid: bigint('xid', { mode: 'bigint' }).notNull().default(sql`pg_current_xact_id()::text::bigint`),
  },
  (table) => [
    primaryKey({ name: 'ledger_transfer_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('ledger_transfer_debit')
      .on(table.debitNumber, table.debitSequence)
      .where(sql`${table.debitSequence} is not null`),
    uniqueIndex('ledger_transfer_credit')
      .on(table.creditNumber, table.creditSequence)
      .where(sql`${table.creditSequence} is not null`),
    // A pending transfer is resolved once, and a posted one reversed once, whatever the code believes.
    uniqueIndex('ledger_transfer_subject')
      .on(table.tenantId, table.subjectId)
      .where(sql`${table.subjectId} is not null and ${table.refusal} is null`),
    // Rows lie in the order of their transactions: a few bytes for every 16 pages, and none in the log for each row.
    index('ledger_transfer_xid').using('brin', table.xid).with({ pages_per_range: 16, autosummarize: true }),
    check('ledger_transfer_kind_known', sql`${table.kind} in (${among(TRANSFER_KINDS)})`),
    check(
      'ledger_transfer_accepted',
      sql`${table.refusal} is not null or (${table.amountMinor} > 0
        and num_nulls(${table.debitNumber}, ${table.creditNumber}) = 0 and ${table.debitNumber} <> ${table.creditNumber})`,
    ),
    check(
      'ledger_transfer_entries',
      sql`num_nulls(${table.debitSequence}, ${table.creditSequence}, ${table.debitBalanceMinor}, ${table.creditBalanceMinor})
        = case when ${table.refusal} is null and ${table.kind} in ('SINGLE', 'POST_PENDING', 'REVERSAL') then 0 else 4 end`,
    ),
    check('ledger_transfer_expiry', sql`(${table.kind} = 'PENDING') = (${table.expiresAt} is not null)`),
    tenantPolicy(),
  ],
)

/** The pending transfers that are open: a row is there from the hold to its end. */
export const ledgerHold = pgTable(
  'ledger_hold',
  {
    tenantId: tenantColumn(),
    transferId: idColumn('tfr', 'transfer_id').notNull(),
    debitNumber: integer('debit_number').notNull(),
    creditNumber: integer('credit_number').notNull(),
    amountMinor: minorColumn('amount_minor'),
    expiresAt: momentColumn('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'ledger_hold_key', columns: [table.tenantId, table.transferId] }),
    index('ledger_hold_expiry').on(table.expiresAt, table.tenantId),
    tenantPolicy(),
  ],
)

/**
 * Both sides of every transfer that moved money, each as an entry of its account: credits above zero, debits below. Of
 * one account, in the order of sequences, it is the merge of two index scans.
 */
export const ledgerEntry = pgView('ledger_entry', {
  tenantId: text('tenant_id').notNull(),
  accountNumber: integer('account_number').notNull(),
  sequence: bigint('sequence', { mode: 'bigint' }).notNull(),
  transferId: idColumn('tfr', 'transfer_id').notNull(),
  amountMinor: minorColumn('amount_minor'),
  /** Of the account, right after it: credits less debits. */
  balanceMinor: minorColumn('balance_minor'),
  currency: currencyColumn(),
  decidedAt: momentColumn('decided_at').notNull(),
})
  .with({ securityInvoker: true })
  .as(
    sql.raw(`select tenant_id, debit_number as account_number, debit_sequence as sequence, id as transfer_id,
      -amount_minor as amount_minor, debit_balance_minor as balance_minor, currency, decided_at
    from ledger_transfer where debit_sequence is not null
    union all
    select tenant_id, credit_number, credit_sequence, id, amount_minor, credit_balance_minor, currency, decided_at
    from ledger_transfer where credit_sequence is not null`),
  )

/**
 * The hash chain over a tenant's transfers: each row covers those of the transactions after the previous seal's last up to
 * its own. Written by the sealer in the background (`seal.ts`); rows cannot be changed or removed.
 */
export const ledgerSeal = pgTable(
  'ledger_seal',
  {
    tenantId: tenantColumn(),
    ordinal: bigint('ordinal', { mode: 'bigint' }).notNull(),
    lastXid: bigint('last_xid', { mode: 'bigint' }).notNull(),
    rowCount: integer('row_count').notNull(),
    hash: bytes('hash').notNull(),
    previousHash: bytes('previous_hash').notNull(),
    sealedAt: momentColumn('sealed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'ledger_seal_key', columns: [table.tenantId, table.ordinal] }),
    index('ledger_seal_xid').on(table.lastXid),
    tenantPolicy(),
  ],
)

/**
 * Which of how many shards this database is (docs/adr/0027): written when it is first opened as one, never changed. One row
 * and no tenant, for it is so for all of them.
 */
export const ledgerShard = pgTable(
  'ledger_shard',
  {
    isOnly: boolean('is_only').primaryKey().default(true),
    place: integer('place').notNull(),
    shards: integer('shards').notNull(),
  },
  (table) => [
    check('ledger_shard_only', sql`${table.isOnly}`),
    check('ledger_shard_place', sql`0 <= ${table.place} and ${table.place} < ${table.shards}`),
  ],
)
