import { idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { ITEM_STATES, RESOLUTIONS } from '../reconciliation/item-states.ts'
import { MATCH_STATUSES } from '../reconciliation/matching/result.ts'

const runFields = {
  runId: idField('rcr').describe('The reconciliation of an account for a day.'),
  account: z.string().describe('The bank account, as its statements name it.'),
  day: z.iso.date().describe('The day.'),
  revision: z.int().min(1).describe('How often something new was found for the day.'),
  at: instantField,
}

const itemFields = {
  itemId: idField('rci').describe('The case.'),
  account: z.string().describe('The bank account, as its statements name it.'),
  status: z.enum(MATCH_STATUSES).describe('What was found.'),
  state: z.enum(ITEM_STATES).describe('Where it stands now.'),
  difference: moneyField.describe('What the account has more than the books; below zero: less.'),
  at: instantField,
}

/** Events about bank statements, and what their reconciliation found. */
export const reconciliationEvents = {
  'statement_import.completed': z.strictObject({
    importId: idField('sti').describe('The import.'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of the file.'),
    format: z.enum(['camt.053', 'camt.054', 'MT940', 'CSV']).describe('What the file was.'),
    statements: z.int().min(0).describe('Statements that were new.'),
    lines: z.int().min(0).describe('Their lines.'),
    at: instantField,
  }),
  'reconciliation_run.completed': z.strictObject(runFields),
  'reconciliation_run.mismatched': z.strictObject({
    ...runFields,
    cases: z.int().min(1).describe('Cases that were found now and wait for somebody.'),
  }),
  'reconciliation_item.resolved': z.strictObject({
    ...itemFields,
    resolution: z.enum(RESOLUTIONS).describe('How.'),
  }),
  'reconciliation_item.write_off_requested': z.strictObject({ ...itemFields, reason: z.string().describe('Why.') }),
  'reconciliation_item.write_off_rejected': z.strictObject({ ...itemFields, reason: z.string().describe('Why not.') }),
  'reconciliation_item.written_off': z.strictObject({
    ...itemFields,
    requestedBy: z.string().describe('Who asked for it; whoever approved it is another person.'),
  }),
  'reconciliation_item.dismissal_requested': z.strictObject({ ...itemFields, reason: z.string().describe('Why.') }),
  'reconciliation_item.dismissal_rejected': z.strictObject({ ...itemFields, reason: z.string().describe('Why not.') }),
  'reconciliation_item.dismissed': z.strictObject({
    ...itemFields,
    requestedBy: z.string().describe('Who asked for it; whoever approved it is another person.'),
  }),
} as const satisfies Record<string, z.ZodType>
