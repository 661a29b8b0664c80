import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, date, foreignKey, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { type News, NOTICE_EFFECTS } from '../../rails/notice.ts'
import type { InstructionState, TransactionStatus } from '../../rails/status.ts'
import { railInstruction } from './rail-instruction.ts'

/** All that was heard of an instruction, each piece of news once, with what it did. Append-only. */
export const railNotice = pgTable(
  'rail_notice',
  {
    tenantId: tenantColumn(),
    instructionId: idColumn('ins', 'instruction_id').notNull(),
    key: text('key').notNull(),
    kind: text('kind').$type<News['kind']>().notNull(),
    status: text('status').$type<TransactionStatus>(),
    reasonCode: text('reason_code'),
    reasonText: text('reason_text'),
    returnedMinor: bigint('returned_minor', { mode: 'bigint' }),
    /** Of a return: the rail's own reference of it, that of its entry, and the day on which the bank booked it, as far as told. */
    returnReference: text('return_reference'),
    entryReference: text('entry_reference'),
    bookedOn: date('booked_on', { mode: 'string' }),
    /** Of a return: the statement that told it, which tells each once. */
    toldIn: text('told_in'),
    effect: text('effect', { enum: NOTICE_EFFECTS }).notNull(),
    /** The state after it. */
    state: text('state').$type<InstructionState>().notNull(),
    heardAt: momentColumn('heard_at').notNull(),
  },
  (table) => [
    // Another statement may tell another return under the same key, where its bank uses the ids of statements again.
    unique('rail_notice_once').on(table.tenantId, table.instructionId, table.key, table.toldIn).nullsNotDistinct(),
    foreignKey({
      name: 'rail_notice_instruction',
      columns: [table.tenantId, table.instructionId],
      foreignColumns: [railInstruction.tenantId, railInstruction.id],
    }),
    check('rail_notice_status', sql`(${table.kind} = 'STATUS') = (${table.status} is not null)`),
    check('rail_notice_returned', sql`(${table.kind} = 'RETURN') = (${table.returnedMinor} is not null)`),
    tenantPolicy(),
  ],
)
