/** How the money of a payment comes or goes. WALLET: between ledger accounts. The others need a rail. */
export const PAYMENT_METHODS = ['WALLET', 'BANK', 'CARD'] as const
export type PaymentMethod = (typeof PAYMENT_METHODS)[number]

/** What a rail carries. */
export type RailMethod = Exclude<PaymentMethod, 'WALLET'>
