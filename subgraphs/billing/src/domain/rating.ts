import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { price } from '@carriergraph/shared/money/rate.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

import { UNITS, type UsageType } from './usage.ts'

/** The price of one type of usage. */
export type TariffRate = {
  readonly usageType: UsageType
  /** Seconds, bytes or messages that are charged together; a whole number from 1. */
  readonly blockSize: number
  /** Of one started block, in major units of `currency`; may be finer than a minor unit. */
  readonly pricePerBlock: string
  readonly currency: CurrencyCode
}

/**
 * The highest charge of one record, in major units: a million times the dearest real one. What is above it comes from a
 * wrong price or unit, and some of them would take a balance out of its column.
 */
export const CHARGE_MAX = 10_000_000_000

/** Started blocks: a quantity that is not a multiple of the block is rounded up. */
export function startedBlocks(quantity: number, blockSize: number): bigint {
  const size = BigInt(blockSize)
  return (BigInt(quantity) + size - 1n) / size
}

/**
 * What `quantity` costs in minor units: started blocks times the price of one, rounded once, half to even, so that
 * fractions of a cent even out over many records.
 */
export function rateUsage(quantity: number, rate: TariffRate): Outcome<bigint, 'INVALID_VALUE'> {
  const blocks = startedBlocks(quantity, rate.blockSize)
  if (exactCharge(blocks, rate).lessThanOrEqualTo(CHARGE_MAX)) return ok(chargeOf(blocks, rate))
  return refuse('INVALID_VALUE', `The charge would be above ${CHARGE_MAX} ${rate.currency}, the limit of one record.`)
}

const exactCharge = (blocks: bigint, { pricePerBlock }: TariffRate): Decimal =>
  new Decimal(pricePerBlock).times(blocks.toString())

const chargeOf = (blocks: bigint, { pricePerBlock, currency }: TariffRate): bigint =>
  price({ amount: new Decimal(pricePerBlock), currency }, blocks, 'HALF_EVEN').minor

/** How the charge came about, and the nearest quantity that costs something else. */
export function explainCharge(quantity: number, rate: TariffRate): Explanation {
  const { usageType, blockSize, pricePerBlock, currency } = rate
  const blocks = startedBlocks(quantity, blockSize)
  const unit = UNITS[usageType]
  const perBlock = new Decimal(pricePerBlock)
  const charge = inCurrency(chargeOf(blocks, rate), currency)
  return {
    rule: 'usage.started_blocks',
    summary: `${quantity} ${unit} are ${blocks} started ${blocks === 1n ? 'block' : 'blocks'} of ${blockSize} ${unit} at ${perBlock.toFixed()} ${currency}: ${charge}.`,
    inputs: [
      { name: `quantity_${unit}`, value: String(quantity) },
      { name: `block_size_${unit}`, value: String(blockSize) },
      { name: 'started_blocks', value: String(blocks) },
      { name: 'price_per_block', value: `${perBlock.toFixed()} ${currency}` },
      { name: 'exact_charge', value: `${exactCharge(blocks, rate).toFixed()} ${currency}` },
      { name: 'rounding', value: 'HALF_EVEN' },
    ],
    counterfactual: counterfactual(blocks, rate),
  }
}

function counterfactual(blocks: bigint, rate: TariffRate): string {
  const unit = UNITS[rate.usageType]
  const charge = chargeOf(blocks, rate)
  if (new Decimal(rate.pricePerBlock).isZero()) return `No number of ${unit} costs anything at this rate.`
  if (charge === 0n) {
    const first = startingToCost(rate)
    return `More than ${(first - 1n) * BigInt(rate.blockSize)} ${unit} would have cost ${inCurrency(chargeOf(first, rate), rate.currency)}.`
  }
  const fewer = cheaper(blocks, charge, rate)
  const most = fewer * BigInt(rate.blockSize)
  return `${most} ${unit}${most === 0n ? '' : ' or fewer'} would have cost ${inCurrency(chargeOf(fewer, rate), rate.currency)}.`
}

/** The largest number of blocks that costs less. Charges grow with the blocks, so halving finds it. */
function cheaper(blocks: bigint, charge: bigint, rate: TariffRate): bigint {
  return lastWhere((count) => chargeOf(count, rate) < charge, blocks)
}

/** The smallest number of blocks that costs at least a minor unit. */
function startingToCost(rate: TariffRate): bigint {
  let enough = 1n
  while (chargeOf(enough, rate) === 0n) enough *= 2n
  return lastWhere((count) => chargeOf(count, rate) === 0n, enough) + 1n
}

/** The largest number below `end` for which `holds`, given that it holds up to some number and not beyond. */
function lastWhere(holds: (count: bigint) => boolean, end: bigint): bigint {
  let yes = 0n
  let no = end
  while (no - yes > 1n) {
    const middle = (yes + no) / 2n
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}

const inCurrency = (minor: bigint, currency: CurrencyCode): string => `${formatAmount({ minor, currency })} ${currency}`
