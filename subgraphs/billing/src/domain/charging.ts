import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { alertsOn, type CrossedLine } from './alerts.ts'
import { rateUsage, type TariffRate } from './rating.ts'
import { sameUsage, type Usage, type UsageType } from './usage.ts'

/** What charging has to know of an account; amounts in minor units of its currency. */
export type ChargeableAccount = {
  readonly id: Id<'acc'>
  readonly ownerId: Id<'usr'>
  readonly tariffId: Id<'trf'>
  readonly currency: CurrencyCode
  readonly balanceMinor: bigint
  readonly creditLimitMinor: bigint
  readonly lowBalanceThresholdMinor: bigint
  /** Of its last balance entry. */
  readonly entrySequence: bigint
}

export type ChargeRefusal = 'ACCOUNT_NOT_FOUND' | 'RECORD_ID_REUSED' | 'RATE_NOT_FOUND' | 'INVALID_VALUE'

/** A usage record that is charged: the entry to write and the alerts that it raises. */
export type Charge = {
  readonly kind: 'charge'
  readonly usage: Usage
  /** As it is after this charge. */
  readonly account: ChargeableAccount
  readonly rate: TariffRate
  /** Minor units, never negative. */
  readonly chargeMinor: bigint
  readonly alerts: readonly CrossedLine[]
}

export type ChargeDecision =
  | Charge
  /** The same record was charged before, or stands earlier in the batch. */
  | { readonly kind: 'duplicate'; readonly usage: Usage }
  | RefusedCharge

export type RefusedCharge = {
  readonly kind: 'refused'
  readonly usage: Usage
  readonly code: ChargeRefusal
  readonly message: string
  /** The particular at fault. */
  readonly field: keyof Usage
}

/** What is known before the batch: by number, by tariff and type, and by record id. */
export type ChargingFacts = {
  readonly accounts: ReadonlyMap<string, ChargeableAccount>
  rateOf(tariffId: Id<'trf'>, usageType: UsageType): TariffRate | undefined
  /** Records of the batch's ids that were charged before. */
  readonly charged: ReadonlyMap<string, Usage>
}

/**
 * Decides a batch record by record, in the order given: each charge sees the balance that the one before it left. The
 * use has happened already, so a charge is never refused for lack of money; the balance goes below zero instead.
 * One decision for each record, in the same order.
 */
export function decideCharges(batch: readonly Usage[], { accounts, rateOf, charged }: ChargingFacts): ChargeDecision[] {
  const current = new Map(accounts)
  const known = new Map(charged)
  return batch.map((usage) => {
    const refused = (code: ChargeRefusal, message: string, field: keyof Usage): RefusedCharge => {
      return { kind: 'refused', usage, code, message, field }
    }
    const account = current.get(usage.msisdn)
    if (account === undefined)
      return refused('ACCOUNT_NOT_FOUND', `No account has the number ${usage.msisdn}.`, 'msisdn')
    const earlier = known.get(usage.recordId)
    if (earlier !== undefined && sameUsage(earlier, usage)) return { kind: 'duplicate', usage }
    if (earlier !== undefined) return refused('RECORD_ID_REUSED', 'The record id was used for other usage.', 'recordId')
    const rate = rateOf(account.tariffId, usage.usageType)
    if (rate === undefined)
      return refused('RATE_NOT_FOUND', `The tariff has no rate for ${usage.usageType}.`, 'usageType')
    const price = rateUsage(usage.quantity, rate)
    if (!price.ok) return refused(price.code, price.message, 'quantity')
    const charge = chargeOf(usage, account, rate, price.value)
    known.set(usage.recordId, usage)
    current.set(usage.msisdn, charge.account)
    return charge
  })
}

function chargeOf(usage: Usage, account: ChargeableAccount, rate: TariffRate, chargeMinor: bigint): Charge {
  const balanceMinor = account.balanceMinor - chargeMinor
  const alerts = alertsOn({
    before: account.balanceMinor + account.creditLimitMinor,
    after: balanceMinor + account.creditLimitMinor,
    lowBalanceThreshold: account.lowBalanceThresholdMinor,
  })
  const after = { ...account, balanceMinor, entrySequence: account.entrySequence + 1n }
  return { kind: 'charge', usage, account: after, rate, chargeMinor, alerts }
}
