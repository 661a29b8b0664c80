import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Money, type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { openAccount } from '../../db/open-account.ts'
import { accountTerms } from '../../domain/account.ts'
import type { BillingErrorCode, MoneyInput, MutationResolvers } from '../../generated/resolvers.ts'

export const openBillingAccount: NonNullable<MutationResolvers['openBillingAccount']> = async (
  _,
  { input },
  context,
) => {
  const provenance = provenanceOf(context)
  const moneyIn = ({ amount, currency }: MoneyInput, field: string): Outcome<Money, MoneyRefusal> =>
    parseMoney(amount, currency, { day: provenance.now, field: [field] })
  const ownerId = readId('usr', input.ownerId, ['ownerId'])
  const tariffId = readId('trf', input.tariffId, ['tariffId'])
  const creditLimit = input.creditLimit ? moneyIn(input.creditLimit, 'creditLimit') : ok(undefined)
  const lowBalanceThreshold = moneyIn(input.lowBalanceThreshold, 'lowBalanceThreshold')
  if (!ownerId.ok || !tariffId.ok || !creditLimit.ok || !lowBalanceThreshold.ok)
    return refused(ownerId, tariffId, creditLimit, lowBalanceThreshold)
  const tariff = await context.loaders.tariff.load(tariffId.value)
  if (tariff === null) return refused(refuse('TARIFF_NOT_FOUND', 'There is no such tariff.', ['tariffId']))
  const amounts = { creditLimit: creditLimit.value, lowBalanceThreshold: lowBalanceThreshold.value }
  const { paymentMode, msisdn } = input
  const terms = accountTerms({ ownerId: ownerId.value, paymentMode, msisdn, ...amounts }, tariff)
  if (!terms.ok) return refused(terms)
  const opened = await openAccount(context.db, terms.value, {}, provenance)
  return opened.ok ? { account: opened.value, errors: [] } : refused(opened)
}

/** Every fault that is known at once, so that a form is mended in one round. */
const refused = (...outcomes: readonly Outcome<unknown, BillingErrorCode>[]) => ({
  account: null,
  errors: outcomes.flatMap((outcome) => (outcome.ok ? [] : [payloadError(outcome)])),
})
