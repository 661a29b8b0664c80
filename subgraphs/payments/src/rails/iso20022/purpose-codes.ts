import type { Purpose } from '../../remittance/purpose.ts'

/** Purposes by their codes of ISO 20022's external list ExternalPurpose1Code; null where none of them says so much. */
export const PURPOSE_CODES: Readonly<Record<Purpose, string | null>> = {
  FAMILY_SUPPORT: null,
  GIFT: 'GIFT',
  EDUCATION: 'EDUC',
  MEDICAL: 'MDCS',
  TRAVEL: null,
  RENT: 'RENT',
  GOODS_AND_SERVICES: 'GDSV',
  SALARY: 'SALA',
  SAVINGS: 'SAVG',
  INVESTMENT: 'INVS',
  PROPERTY: null,
  LOAN_REPAYMENT: 'LOAR',
  CHARITY: 'CHAR',
  OTHER: 'OTHR',
}
