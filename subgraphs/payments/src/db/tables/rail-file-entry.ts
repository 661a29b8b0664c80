import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { boolean, check, foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { railFile } from './rail-file.ts'
import { railInstruction } from './rail-instruction.ts'

/** An instruction that waits for a file, or is in one: in one at the most, because it has one row. */
export const railFileEntry = pgTable(
  'rail_file_entry',
  {
    tenantId: tenantColumn(),
    instructionId: idColumn('ins', 'instruction_id').notNull(),
    contentHash: text('content_hash').notNull(),
    fileId: idColumn('rfl', 'file_id'),
    /** PmtInfId, under which a bank may name many at once. */
    paymentInformationId: text('payment_information_id'),
    queuedAt: momentColumn('queued_at').notNull(),
    /** When it was taken out of the queue: it is in no file. */
    cancelledAt: momentColumn('cancelled_at'),
    /** Why it was, where that was not asked for: it did not fit the message any more. */
    reasonCode: text('reason_code'),
    reasonText: text('reason_text'),
    /** Whether it was told that it is in no file. */
    told: boolean('told').notNull().default(false),
  },
  (table) => [
    primaryKey({ name: 'rail_file_entry_key', columns: [table.tenantId, table.instructionId] }),
    index('rail_file_entry_waiting')
      .on(table.tenantId, table.queuedAt, table.instructionId)
      .where(sql`${table.fileId} is null and ${table.cancelledAt} is null`),
    index('rail_file_entry_untold')
      .on(table.tenantId, table.instructionId)
      .where(sql`${table.cancelledAt} is not null and not ${table.told}`),
    index('rail_file_entry_of_file').on(table.tenantId, table.fileId, table.instructionId),
    foreignKey({
      name: 'rail_file_entry_instruction',
      columns: [table.tenantId, table.instructionId],
      foreignColumns: [railInstruction.tenantId, railInstruction.id],
    }),
    foreignKey({
      name: 'rail_file_entry_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [railFile.tenantId, railFile.id],
    }),
    check('rail_file_entry_sent_or_cancelled', sql`${table.fileId} is null or ${table.cancelledAt} is null`),
    check('rail_file_entry_placed', sql`(${table.fileId} is null) = (${table.paymentInformationId} is null)`),
    tenantPolicy(),
  ],
)
