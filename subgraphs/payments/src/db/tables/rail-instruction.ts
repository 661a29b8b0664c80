import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, date, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { DIRECTIONS, type OnBehalfOf } from '../../rails/instruction.ts'
import { RAIL_NAMES } from '../../rails/rail.ts'
import { INSTRUCTION_STATES, type InstructionState } from '../../rails/status.ts'

const stateList = sql.raw(INSTRUCTION_STATES.map((state) => `'${state}'`).join(', '))

/** Money to be moved over a rail, once, and where that stands. What was told of it is in `rail_notice`. */
export const railInstruction = pgTable(
  'rail_instruction',
  {
    tenantId: tenantColumn(),
    id: idColumn('ins').notNull(),
    rail: text('rail', { enum: RAIL_NAMES }).notNull(),
    direction: text('direction', { enum: DIRECTIONS }).notNull().default('OUT'),
    reference: text('reference').notNull(),
    contentHash: text('content_hash').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    debtorName: text('debtor_name').notNull(),
    debtorAccount: text('debtor_account'),
    debtorAgent: text('debtor_agent'),
    creditorName: text('creditor_name').notNull(),
    creditorAccount: text('creditor_account'),
    creditorAgent: text('creditor_agent'),
    remittance: text('remittance'),
    /** What the operator pays for others; null of what it pays itself. */
    onBehalfOf: jsonb('on_behalf_of').$type<OnBehalfOf>(),
    executionDate: date('execution_date', { mode: 'string' }).notNull(),
    fateKey: text('fate_key'),
    state: text('state').$type<InstructionState>().notNull(),
    /** Of the last change. */
    reasonCode: text('reason_code'),
    reasonText: text('reason_text'),
    /** Number of changes; also of the times that it was given to the rail. */
    version: integer('version').notNull(),
    returnedMinor: bigint('returned_minor', { mode: 'bigint' }),
    /** Notices that told another end than the one before: a person has to ask the bank. */
    contradictions: integer('contradictions').notNull().default(0),
    registeredAt: momentColumn('registered_at').notNull(),
    changedAt: momentColumn('changed_at').notNull(),
    /** When the rail was last asked about it, or it was registered. */
    lookedAt: momentColumn('looked_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'rail_instruction_key', columns: [table.tenantId, table.id] }),
    index('rail_instruction_of_reference').on(table.tenantId, table.reference),
    // What has to be sent or asked about, and nothing that has ended.
    index('rail_instruction_open')
      .on(table.tenantId, table.rail, table.lookedAt)
      .where(sql`${table.state} in ('REGISTERED', 'UNKNOWN', 'ACCEPTED')`),
    check('rail_instruction_state_known', sql`${table.state} in (${stateList})`),
    check('rail_instruction_above_zero', sql`${table.amountMinor} > 0`),
    check('rail_instruction_returned', sql`(${table.state} = 'RETURNED') = (${table.returnedMinor} is not null)`),
    tenantPolicy(),
  ],
)

export type RailInstructionRow = typeof railInstruction.$inferSelect
