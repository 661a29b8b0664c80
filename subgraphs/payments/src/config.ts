import { ms, url } from '@carriergraph/shared/config.ts'
import { parseDecimal } from '@carriergraph/shared/money/decimal.ts'
import { SUBGRAPH_SETTINGS } from '@carriergraph/shared/service/settings.ts'
import { z } from 'zod'
import { FX_SETTINGS } from './fx/settings.ts'
import { RAIL_SETTINGS } from './rails/settings.ts'
import { REMITTANCE_SETTINGS } from './remittance/limits.ts'
import { WEBHOOK_SETTINGS } from './webhooks/settings.ts'

const EXPECTED = 'a decimal of zero or more, such as 50.00'

/** A client does not wait longer, and the sweeper takes a payment for abandoned after three times as long. */
export const RISK_DEADLINE_MS_MAX = 10_000

const deadline = ms.refine((value) => value >= 1 && value <= RISK_DEADLINE_MS_MAX, {
  error: `is out of range, expected 1 to ${RISK_DEADLINE_MS_MAX} milliseconds`,
})

const hour = z
  .string()
  .trim()
  .regex(/^(1?\d|2[0-3])$/, { error: 'is out of range, expected an hour from 0 to 23' })
  .transform(Number)

/** An amount without a currency, in major units. */
const limit = z.string().transform((text, context) => {
  const value = parseDecimal(text.trim())
  if (value?.gte(0)) return value
  context.addIssue({ code: 'custom', message: `is ${JSON.stringify(text)}, expected ${EXPECTED}` })
  return z.NEVER
})

/** The environment that payments read. */
export const SETTINGS = z.object({
  ...SUBGRAPH_SETTINGS,
  /** Where risk takes operations: `http://…/graphql`. */
  RISK_URL: url,
  /** How long risk may take to assess a payment, all attempts together. */
  RISK_DEADLINE_MS: deadline.default(800),
  /** Up to it, in major units of a payment's own currency, a payment goes through when risk does not answer. */
  RISK_FALLBACK_LIMIT: limit.prefault('50.00'),
  /** Of each day where the bank is (RAIL_TIME_ZONE), from which on bank accounts are reconciled for the day before. */
  RECONCILIATION_HOUR: hour.default(6),
  /** The card vault's keys, or the file that they are in: one of the two. */
  VAULT_KEY: z.string().optional(),
  VAULT_KEY_FILE: z.string().optional(),
  ...RAIL_SETTINGS,
  ...REMITTANCE_SETTINGS,
  ...WEBHOOK_SETTINGS,
  ...FX_SETTINGS,
})

export type Settings = z.output<typeof SETTINGS>
