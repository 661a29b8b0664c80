import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import type { TrialBalanceLine } from '@carriergraph/shared/ledger/trial-balance.ts'
import type { VerifyProgress } from '@carriergraph/shared/ledger/verify/verify.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { BooksVerdict } from './verify-tenant.ts'

/** A verdict, with what the witness has found against it. */
export type Findings = Omit<BooksVerdict, 'faults'> & {
  readonly faults: readonly { readonly code: string; readonly about: string }[]
}

/** What the books of a tenant hold, and whether they are sound, for a person. */
export function verdictText(
  tenant: string,
  { accounts, transfers, entries, seals, faults }: Findings,
  lines: readonly TrialBalanceLine[],
): string {
  const verdict = faults.length === 0 ? 'sound' : 'NOT SOUND'
  const head = `${tenant}: ${verdict}, ${accounts} accounts, ${transfers} transfers, ${entries} entries, ${seals} seals`
  return `${[head, ...totalRows(lines)].join('\n')}\n`
}

/** Debits and credits of each currency. */
function totalRows(lines: readonly TrialBalanceLine[]): string[] {
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, ofCurrency]) => {
    const shown = (side: 'debitMinor' | 'creditMinor') =>
      // Of many accounts, so that it may be beyond what one can hold.
      formatAmount({ minor: ofCurrency.reduce((sum, line) => sum + line[side], 0n), currency })
    return `  ${currency}  debit ${shown('debitMinor')}  credit ${shown('creditMinor')}`
  })
}

/** `demo: BALANCE_NOT_SUM: led_…` */
export const faultLines = (tenant: string, { faults }: Findings): string =>
  faults.map(({ code, about }) => `${tenant}: ${code}: ${about}\n`).join('')

/** Often enough to see that it goes on, seldom enough to read. */
const PROGRESS_INTERVAL_MS = 2_000

/** Says from time to time how far it is. */
export function progressTo(output: Output, tenant: string, clock: Clock): (progress: VerifyProgress) => void {
  let last_ms = clock().getTime()
  return ({ of, done }) => {
    const now_ms = clock().getTime()
    if (now_ms - last_ms < PROGRESS_INTERVAL_MS) return
    last_ms = now_ms
    output.write(`${tenant}: ${done} ${of}\n`)
  }
}
