import type { TrialBalanceLine } from '@carriergraph/shared/ledger/trial-balance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { knownPurpose } from '../db/ledger-accounts.ts'

/** The lines of each currency with their sums. */
export const byCurrency = (lines: readonly TrialBalanceLine[]) =>
  [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, ofCurrency]) => {
    const sum = (side: 'debitMinor' | 'creditMinor') => ofCurrency.reduce((total, line) => total + line[side], 0n)
    return {
      currency,
      debits: money(sum('debitMinor'), currency),
      credits: money(sum('creditMinor'), currency),
      difference: money(sum('debitMinor') - sum('creditMinor'), currency),
      lines: ofCurrency.map(({ purpose, debitMinor, creditMinor }) => ({
        purpose: knownPurpose(purpose),
        debits: money(debitMinor, currency),
        credits: money(creditMinor, currency),
      })),
    }
  })
