/** What a remittance is for. Banks and supervisors ask for it, so there is none without. */
export const PURPOSES = [
  'FAMILY_SUPPORT',
  'GIFT',
  'EDUCATION',
  'MEDICAL',
  'TRAVEL',
  'RENT',
  'GOODS_AND_SERVICES',
  'SALARY',
  'SAVINGS',
  'INVESTMENT',
  'PROPERTY',
  'LOAN_REPAYMENT',
  'CHARITY',
  'OTHER',
] as const
export type Purpose = (typeof PURPOSES)[number]

/** Where its sender has the money from. */
export const FUNDS_SOURCES = [
  'SALARY',
  'BUSINESS_INCOME',
  'SAVINGS',
  'PENSION',
  'BENEFITS',
  'INVESTMENT_INCOME',
  'SALE_OF_ASSETS',
  'INHERITANCE',
  'GIFT',
  'LOAN',
  'CASH',
  'OTHER',
] as const
export type FundsSource = (typeof FUNDS_SOURCES)[number]

/**
 * Money from these is not sent for that; all else is for risk to weigh. Borrowed money is not invested, saved or given away
 * abroad and repays no other loan: so debts are run up and shifted. Salaries are a business's to pay. Risk holds these as well
 * (`test/remittance-purposes.test.ts`).
 */
const REFUSED: Readonly<Partial<Record<Purpose, readonly FundsSource[]>>> = {
  GIFT: ['LOAN'],
  CHARITY: ['LOAN'],
  SAVINGS: ['LOAN'],
  INVESTMENT: ['LOAN'],
  LOAN_REPAYMENT: ['LOAN'],
  SALARY: FUNDS_SOURCES.filter((source) => source !== 'BUSINESS_INCOME'),
}

export const isRefused = (purpose: Purpose, source: FundsSource): boolean => REFUSED[purpose]?.includes(source) ?? false
