import type { TrialBalanceLine } from '@carriergraph/shared/ledger/trial-balance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { knownPurpose } from '../db/ledger-accounts.ts'

/** The lines of each currency with their sums. */
export const byCurrency = (lines: readonly TrialBalanceLine[]) =>
  [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, ofCurrency]) => {
    const sum = (side: 'debitMinor' | 'creditMinor') => ofCurrency.reduce((total, line) => total + line[side], 0n)
    return {
      currency,
      debits: summed(sum('debitMinor'), currency),
      credits: summed(sum('creditMinor'), currency),
      difference: summed(sum('debitMinor') - sum('creditMinor'), currency),
      lines: ofCurrency.map(({ purpose, debitMinor, creditMinor }) => ({
        purpose: knownPurpose(purpose),
        debits: summed(debitMinor, currency),
        credits: summed(creditMinor, currency),
      })),
    }
  })

/** Of many accounts, so that it may be beyond what one can hold: it is shown and never stored. */
const summed = (minor: bigint, currency: CurrencyCode): Money => ({ minor, currency })
