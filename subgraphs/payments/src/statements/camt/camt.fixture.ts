export const eur = (minor: bigint) => ({ minor, currency: 'EUR' })

/** A record of Chrgs, as versions after 2 write it. */
export const charge = (amount: string, more = '') => `<Rcrd><Amt Ccy="EUR">${amount}</Amt>${more}</Rcrd>`

/** The totals of a statement. */
export const summary = (content: string) => `<TxsSummry>${content}</TxsSummry>`
