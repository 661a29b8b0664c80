import type { BankLine, ExpectedMovement } from './movement.ts'

export const TODAY = '2026-11-20'

/** 100.00 EUR that came in today. */
export const line = (id: string, change: Partial<BankLine> = {}): BankLine => ({
  id,
  references: [],
  mentions: [],
  amountMinor: 10_000n,
  chargesMinor: 0n,
  currency: 'EUR',
  bookedOn: TODAY,
  counterparty: undefined,
  entry: `entry of ${id}`,
  bankReference: undefined,
  entryBankReference: undefined,
  isCharge: false,
  isNotification: false,
  ...change,
})

/** 100.00 EUR that shall come in today. */
export const movement = (id: string, change: Partial<ExpectedMovement> = {}): ExpectedMovement => ({
  id,
  references: [],
  amountMinor: 10_000n,
  currency: 'EUR',
  expectedOn: TODAY,
  feeMinor: 0n,
  counterparty: undefined,
  ...change,
})
