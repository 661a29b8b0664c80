import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Remittance } from './remittance.ts'

/** The operator's accounts that a remittance goes by. */
export type RemittanceAccounts = {
  readonly sourceFxId: Id<'led'>
  readonly sourceFeesId: Id<'led'>
  readonly sourceGainsId: Id<'led'>
  /** What cannot be given back, because the wallet is closed. */
  readonly sourceSuspenseId: Id<'led'>
  readonly targetFxId: Id<'led'>
  /** What is on its way to beneficiaries. */
  readonly clearingId: Id<'led'>
  /** What rails have moved in the target currency, what banks took, and money whose owner is not known. */
  readonly railId: Id<'led'>
  readonly bankFeesId: Id<'led'>
  readonly suspenseId: Id<'led'>
}

const DEBIT_LEGS = ['exchange', 'fees', 'spread', 'rounding', 'delivery'] as const
type Leg = (typeof DEBIT_LEGS)[number] | 'settlement'

/** However often and by whomever it is asked for, a leg of a remittance is this one transfer. */
const transferId = (id: Id<'rem'>, leg: Leg, attempt = 0): Id<'tfr'> =>
  namedId('tfr', JSON.stringify(['remittance', id, leg, attempt]))

/** A transfer that names its accounts. */
type Movement = Extract<TransferOrder, { kind: 'SINGLE' }>

/**
 * What takes the money, to be posted together or not at all: what is exchanged at the mid rate into the position of the source
 * currency, fees, spread and rounding to what was earned, and what is delivered out of the position of the target currency
 * to what is on its way. In the source currency they add up to what is debited.
 */
export function debitOrders(remittance: Remittance, accounts: RemittanceAccounts): Movement[] {
  const { id, sourceAccountId: walletId, sourceCurrency, targetCurrency } = remittance
  const { sourceFxId, sourceFeesId, sourceGainsId, targetFxId, clearingId } = accounts
  const movements: [Leg, Id<'led'>, Id<'led'>, bigint, CurrencyCode][] = [
    ['exchange', walletId, sourceFxId, remittance.deliveredAtMidMinor, sourceCurrency],
    ['fees', walletId, sourceFeesId, remittance.feesMinor, sourceCurrency],
    ['spread', walletId, sourceGainsId, remittance.spreadMinor, sourceCurrency],
    ['rounding', walletId, sourceGainsId, remittance.roundingMinor, sourceCurrency],
    ['delivery', targetFxId, clearingId, remittance.deliveredMinor, targetCurrency],
  ]
  return movements
    .filter(([, , , amountMinor]) => amountMinor > 0n)
    .map(([leg, debitAccountId, creditAccountId, amountMinor, currency]) => ({
      kind: 'SINGLE',
      id: transferId(id, leg),
      debitAccountId,
      creditAccountId,
      amountMinor,
      currency,
      reference: id,
    }))
}

/** The transfers that a remittance stands on, once they are posted. */
export const transfersOf = ({ id, settlementAttempt }: Remittance): Id<'tfr'>[] => [
  ...DEBIT_LEGS.map((leg) => transferId(id, leg)),
  ...Array.from({ length: settlementAttempt + 1 }, (_, attempt) => transferId(id, 'settlement', attempt)),
]

/** What was on its way, the rail has moved. */
export const settlementOrder = (
  { id, deliveredMinor, targetCurrency, settlementAttempt }: Remittance,
  { clearingId, railId }: RemittanceAccounts,
): Movement => ({
  kind: 'SINGLE',
  id: transferId(id, 'settlement', settlementAttempt),
  debitAccountId: clearingId,
  creditAccountId: railId,
  amountMinor: deliveredMinor,
  currency: targetCurrency,
  reference: id,
})

/**
 * What gives all of it back, to be posted together or not at all: the legs of the debit reversed, the last one first. Where
 * the money had left, its settlement is reversed before them, and what came back less is what banks took, which is the
 * operator's to bear; what came back more is nobody's yet.
 * @param suspendedMinor what of it came back in parts and stands in suspense
 * @param to SUSPENSE: a closed wallet takes nothing, so what would go to it is kept there. The delivery is reversed in both
 * chains, which the ledger does once: they cannot both be posted.
 */
export function refundOrders(
  remittance: Remittance,
  accounts: RemittanceAccounts,
  to: 'WALLET' | 'SUSPENSE',
  suspendedMinor = 0n,
): TransferOrder[] {
  const { id, refundAttempt, returnedMinor } = remittance
  const attempt = to === 'WALLET' ? [refundAttempt] : [refundAttempt, to]
  const refundId = (name: string): Id<'tfr'> =>
    namedId('tfr', JSON.stringify(['remittance refund', id, name, ...attempt]))
  const settled = returnedMinor === null ? [] : [settlementOrder(remittance, accounts)]
  const reversals = [...debitOrders(remittance, accounts), ...settled].toReversed().map((order): TransferOrder => {
    const refund = { id: refundId(order.id), reference: id }
    if (to === 'WALLET' || order.debitAccountId !== remittance.sourceAccountId)
      return { kind: 'REVERSAL', ...refund, reversedId: order.id }
    const { creditAccountId: debitAccountId } = order
    return { ...order, ...refund, debitAccountId, creditAccountId: accounts.sourceSuspenseId }
  })
  const { railId, bankFeesId, suspenseId } = accounts
  const difference = returnedMinor === null ? 0n : returnedMinor - remittance.deliveredMinor
  const [payerId, payeeId] = difference < 0n ? [bankFeesId, railId] : [railId, suspenseId]
  const more: [string, Id<'led'>, Id<'led'>, bigint][] = [
    ['difference', payerId, payeeId, difference < 0n ? -difference : difference],
    ['parts', suspenseId, railId, suspendedMinor],
  ]
  return [
    ...reversals,
    ...more
      .filter(([, , , amountMinor]) => amountMinor > 0n)
      .map(([name, debitAccountId, creditAccountId, amountMinor]) => ({
        kind: 'SINGLE' as const,
        id: refundId(name),
        debitAccountId,
        creditAccountId,
        amountMinor,
        currency: remittance.targetCurrency,
        reference: id,
      })),
  ]
}
