import type { NormalSide } from '@carriergraph/shared/ledger/account.ts'

type PurposeRules = {
  readonly normalSide: NormalSide
  /** What the balance on the normal side must not fall below, in minor units; null for no limit. */
  readonly floorMinor: bigint | null
  /** USER: of one user each. OPERATOR: the operator's own. */
  readonly owner: 'USER' | 'OPERATOR'
}

/** What a ledger account is for, and what it opens with. There is one of each for an owner and a currency. */
export const ACCOUNT_PURPOSES = {
  /** A user's money: what is in it is owed to them. */
  WALLET: { normalSide: 'CREDIT', floorMinor: 0n, owner: 'USER' },
  /** What lies at the bank: the other side of every deposit. */
  FUNDING: { normalSide: 'DEBIT', floorMinor: null, owner: 'OPERATOR' },
  /** What left wallets for billing. */
  BILLING_CLEARING: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What rails have moved and no cycle has settled yet: below zero on its side where more came than went. */
  RAIL_CLEARING: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What was earned. */
  FEE_INCOME: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** The position in a currency, which exchanges go through. */
  FX: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What was earned on exchanges: the spread, and what is left over by rounding. */
  FX_INCOME: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What is on its way to the beneficiaries of remittances. */
  REMITTANCE_CLEARING: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What participants of a settlement pay goes through it to those who receive: empty before and after. */
  SETTLEMENT: { normalSide: 'CREDIT', floorMinor: 0n, owner: 'OPERATOR' },
  /** Money whose owner is not known yet. */
  SUSPENSE: { normalSide: 'CREDIT', floorMinor: null, owner: 'OPERATOR' },
  /** What banks took for what they did. */
  BANK_FEES: { normalSide: 'DEBIT', floorMinor: null, owner: 'OPERATOR' },
  /** What was given up: differences to the bank that nobody could explain. */
  WRITE_OFFS: { normalSide: 'DEBIT', floorMinor: null, owner: 'OPERATOR' },
} as const satisfies Record<string, PurposeRules>

export type AccountPurpose = keyof typeof ACCOUNT_PURPOSES

export const isAccountPurpose = (text: string): text is AccountPurpose => Object.hasOwn(ACCOUNT_PURPOSES, text)
