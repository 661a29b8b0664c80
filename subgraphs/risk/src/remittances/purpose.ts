import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { Effect, Reason } from '../compliance/reason.ts'

/** From which amount on, in US dollars, a remittance is unusual; null: none is. */
type Limits = { readonly reviewAboveUsd: number | null; readonly declineAboveUsd: number | null }

const limits = (reviewAboveUsd: number | null, declineAboveUsd: number | null = null): Limits => ({
  reviewAboveUsd,
  declineAboveUsd,
})

/** What a purpose usually costs. Above the report's threshold a purpose that says nothing is none. */
export const PURPOSES: Readonly<Record<string, Limits>> = {
  FAMILY_SUPPORT: limits(10_000),
  GIFT: limits(5_000),
  EDUCATION: limits(50_000),
  MEDICAL: limits(50_000),
  TRAVEL: limits(10_000),
  RENT: limits(10_000),
  GOODS_AND_SERVICES: limits(30_000),
  SALARY: limits(20_000),
  SAVINGS: limits(30_000),
  INVESTMENT: limits(30_000),
  PROPERTY: limits(null),
  LOAN_REPAYMENT: limits(30_000),
  CHARITY: limits(5_000),
  OTHER: limits(1_000, 10_000),
}

/** What somebody usually has from a source. Cash and what is not said are looked at early. */
export const SOURCES: Readonly<Record<string, Limits>> = {
  SALARY: limits(20_000),
  BUSINESS_INCOME: limits(50_000),
  SAVINGS: limits(50_000),
  PENSION: limits(10_000),
  BENEFITS: limits(2_000),
  INVESTMENT_INCOME: limits(50_000),
  SALE_OF_ASSETS: limits(null),
  INHERITANCE: limits(null),
  GIFT: limits(10_000),
  LOAN: limits(20_000),
  CASH: limits(3_000, 10_000),
  OTHER: limits(1_000, 10_000),
}

/**
 * What nobody does: money that was borrowed, or is paid to live on, is not saved, given away or lent on, and salaries are a
 * business's to pay. Payments refuse most of it before they ask; `test/remittance-purposes.test.ts` holds both to the same.
 */
export const CONTRADICTIONS: readonly (readonly [purpose: string, source: string])[] = [
  ['SAVINGS', 'LOAN'],
  ['INVESTMENT', 'LOAN'],
  ['CHARITY', 'LOAN'],
  ['GIFT', 'LOAN'],
  ['LOAN_REPAYMENT', 'LOAN'],
  ['INVESTMENT', 'BENEFITS'],
  ['PROPERTY', 'BENEFITS'],
  ...Object.keys(SOURCES).flatMap((source) => (source === 'BUSINESS_INCOME' ? [] : [['SALARY', source] as const])),
]

export const contradicts = (purpose: string, source: string): boolean =>
  CONTRADICTIONS.some(([one, other]) => one === purpose && other === source)

/** What purpose and source of funds say against an amount. */
export function purposeReasons(
  usd: Decimal,
  asked: { readonly purpose: string; readonly sourceOfFunds: string },
): Reason[] {
  const purpose = knownAs(PURPOSES, asked.purpose)
  const source = knownAs(SOURCES, asked.sourceOfFunds)
  return [
    unusual('PURPOSE_UNUSUAL', 'purpose', purpose, PURPOSES[purpose], usd),
    unusual('SOURCE_UNUSUAL', 'source_of_funds', source, SOURCES[source], usd),
    contradiction(purpose, source),
  ].filter((reason) => reason !== null)
}

const knownAs = (table: Readonly<Record<string, Limits>>, text: string): string =>
  Object.hasOwn(table, text) ? text : 'OTHER'

function unusual(
  code: 'PURPOSE_UNUSUAL' | 'SOURCE_UNUSUAL',
  name: string,
  value: string,
  { reviewAboveUsd, declineAboveUsd }: Limits = limits(null),
  usd: Decimal,
): Reason | null {
  const steps: { readonly effect: Effect; readonly limit: number | null }[] = [
    { effect: 'DECLINE', limit: declineAboveUsd },
    { effect: 'REVIEW', limit: reviewAboveUsd },
  ]
  const exceeded = steps.find(({ limit }) => limit !== null && usd.greaterThan(new Decimal(limit)))
  if (exceeded === undefined) return null
  return {
    code,
    effect: exceeded.effect,
    explanation: {
      rule: `${name}.unusual`,
      summary: `${usd.toFixed()} USD is more than ${value} accounts for.`,
      inputs: [
        { name, value },
        { name: 'usd_equivalent', value: usd.toFixed() },
      ],
      counterfactual: `Up to ${exceeded.limit} USD this would not count against it.`,
    },
  }
}

function contradiction(purpose: string, source: string): Reason | null {
  if (!contradicts(purpose, source)) return null
  return {
    code: 'PURPOSE_CONTRADICTS_SOURCE',
    effect: 'REVIEW',
    explanation: {
      rule: 'purpose.contradicts_source',
      summary: `${purpose} does not go together with money from ${source}.`,
      inputs: [
        { name: 'purpose', value: purpose },
        { name: 'source_of_funds', value: source },
      ],
      counterfactual: 'With another purpose or source this would not hold it.',
    },
  }
}
