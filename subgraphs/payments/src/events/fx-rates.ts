import { idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'

/** Events about reference rates. */
export const fxRateEvents = {
  'fx_rates.imported': z.strictObject({
    importId: idField('fxi').describe('The import.'),
    digest: z.string().describe('SHA-256 of the file, in hex.'),
    added: z.int().min(0).describe('Rates that were new.'),
    corrected: z.int().min(0).describe('Rates that replaced others of their day.'),
    firstDay: z.iso.date().describe('The oldest day of the file.'),
    lastDay: z.iso.date().describe('The newest.'),
    at: instantField,
  }),
} as const satisfies Record<string, z.ZodType>
