import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { parseDecimal } from '@carriergraph/shared/money/decimal.ts'
import { z } from 'zod'
import type { FxPrices } from './create-quote.ts'

/** A tenth: whoever means more has mistaken percent for parts in 10,000. */
const BPS_MAX = 1_000

const bps = z.string().transform((text, context) => {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : BPS_MAX + 1
  if (value <= BPS_MAX) return value
  context.addIssue({
    code: 'custom',
    message: `is ${JSON.stringify(text)}, expected parts in 10,000 from 0 to ${BPS_MAX}`,
  })
  return z.NEVER
})

const euros = z.string().transform((text, context): Decimal => {
  const value = parseDecimal(text.trim())
  if (value?.gte(0)) return value
  context.addIssue({
    code: 'custom',
    message: `is ${JSON.stringify(text)}, expected euros of zero or more, such as 1.00`,
  })
  return z.NEVER
})

/** What exchanges cost. */
export const FX_SETTINGS = {
  FX_SPREAD_BPS: bps.prefault('50'),
  FX_FEE_BPS: bps.prefault('20'),
  /** For each exchange, in euros; it is converted at the mid rate. */
  FX_FEE_FIXED_EUR: euros.prefault('1.00'),
} as const

const settings = z.object(FX_SETTINGS)
export type FxSettings = z.output<typeof settings>

export const fxPrices = ({ FX_SPREAD_BPS, FX_FEE_BPS, FX_FEE_FIXED_EUR }: FxSettings): FxPrices => ({
  spread_bps: FX_SPREAD_BPS,
  fee_bps: FX_FEE_BPS,
  fixedFeeEur: FX_FEE_FIXED_EUR,
})
