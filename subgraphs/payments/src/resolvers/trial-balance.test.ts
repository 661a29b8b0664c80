import { BALANCE_MINOR_MAX } from '@carriergraph/shared/ledger/account.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { expect, it } from 'vitest'
import { verdictText } from '../books/verify/report.ts'
import { byCurrency } from './trial-balance.ts'

it('what many accounts hold together is told, however much more than one can hold', () => {
  const all = 40n * BALANCE_MINOR_MAX
  const lines = [
    { currency: 'EUR', purpose: 'FX', debitMinor: all, creditMinor: 0n },
    { currency: 'EUR', purpose: 'WALLET', debitMinor: 0n, creditMinor: all },
  ] as const
  const [euros] = byCurrency(lines)
  const shown = [euros?.debits, euros?.credits, euros?.difference, euros?.lines[1]?.credits]
  const sum = '400000000000000000.00'
  expect(shown.map((each) => each && formatAmount(each))).toEqual([sum, sum, '0.00', sum])
  const verdict = { accounts: 80, transfers: 40, entries: 80, seals: 1, faults: [] }
  expect(verdictText('demo', verdict, lines)).toContain(`EUR  debit ${sum}  credit ${sum}`)
})
