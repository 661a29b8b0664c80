import { idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { CARD_BRANDS } from '@carriergraph/shared/cards/brands.ts'
import { z } from 'zod'

const cardFields = {
  cardId: idField('card').describe('The card.'),
  ownerId: idField('usr').describe('Whose card it is.'),
}

const shownCardFields = {
  ...cardFields,
  brand: z.enum(CARD_BRANDS).describe('Its scheme.'),
  lastFour: z
    .string()
    .regex(/^\d{4}$/)
    .describe('The last four digits of its number.'),
  expiryMonth: z.int().min(1).max(12).describe('The last month in which it is good.'),
  expiryYear: z.int().describe('The year of that month.'),
  at: instantField,
}

const revealFields = {
  ...cardFields,
  reason: z.string().describe('Why, in the words of whoever asked.'),
  at: instantField,
}

/** Events about cards, and the keys that their numbers are encrypted with. */
export const vaultEvents = {
  'card.added': z.strictObject(shownCardFields),
  'card.renewed': z.strictObject(shownCardFields),
  'card.removed': z.strictObject(shownCardFields),
  'card.revealed': z.strictObject(revealFields),
  'card.reveal_failed': z.strictObject(revealFields),
  'data_key.made': z.strictObject({
    dataKeyId: idField('vdk').describe('The key, which new card numbers of the tenant are encrypted with from now on.'),
    wrappingKeyId: z.string().describe('The id of the wrapping key that it is stored under.'),
    madeAt: instantField,
  }),
} as const satisfies Record<string, z.ZodType>
