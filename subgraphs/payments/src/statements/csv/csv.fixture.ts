export const COLUMNS = { bookingDate: 'date', amount: 'amount' }

/** A mapping of dates and amounts, with what is declared otherwise. */
export const mapping = (change: object = {}, columns: object = {}) => ({
  account: 'A-1',
  currency: 'EUR',
  columns: { ...COLUMNS, ...columns },
  ...change,
})

export const csv = (...records: readonly string[]) => `${records.join('\n')}\n`

export const oneRecord = csv('date,amount', '2026-03-02,1.00')
