import { currencyField, idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { RAIL_NAMES } from '../rails/rail.ts'

const settlementFields = {
  cycleId: idField('cyc').describe('The cycle: what is cleared and settled together.'),
  rail: z.enum(RAIL_NAMES).describe('The rail that it is of.'),
  currency: currencyField,
  day: z.iso.date().describe('The business day of its cut-off.'),
  number: z.int().min(1).describe('Its number on that day.'),
  settlementDate: z.iso.date().describe('The day from which it may be settled.'),
  at: instantField,
}

/** Events about cycles of settlement. */
export const settlementEvents = {
  'settlement.closed': z.strictObject(settlementFields),
  'settlement.settled': z.strictObject(settlementFields),
  'settlement.refused': z.strictObject({
    ...settlementFields,
    refusalCode: z.string().describe('Why the ledger refused to settle it or to take it back: none of it was posted.'),
    accountId: idField('led')
      .nullable()
      .describe('The account whose fault it is: its money is spent, or it is frozen or closed.'),
  }),
  'settlement.reversal_requested': z.strictObject({
    ...settlementFields,
    reason: z.string().describe('Why it is to be taken back.'),
  }),
  'settlement.reversal_rejected': z.strictObject({ ...settlementFields, reason: z.string().describe('Why not.') }),
  'settlement.reversal_approved': z.strictObject({
    ...settlementFields,
    requestedBy: idField('usr').describe('Who asked for it; whoever approved it is another person.'),
  }),
  'settlement.resumed': z.strictObject({
    ...settlementFields,
    reason: z.string().describe('Why what was taken back is to be settled again.'),
  }),
  'settlement.reversed': z.strictObject(settlementFields),
} as const satisfies Record<string, z.ZodType>
