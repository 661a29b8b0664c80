import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { type Money, type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { Context } from '../../context.ts'
import type { BillingAccount } from '../../db/billing-accounts.ts'
import { openAccount } from '../../db/open-account.ts'
import { accountTerms } from '../../domain/account.ts'
import type {
  BillingErrorCode,
  MoneyInput,
  MutationResolvers,
  OpenBillingAccountInput,
} from '../../generated/resolvers.ts'
import { errorOf } from '../error.ts'
import { provenanceOf } from '../provenance.ts'

export const openBillingAccount: NonNullable<MutationResolvers['openBillingAccount']> = async (
  _,
  { input },
  context,
) => {
  const opened = await open(input, context)
  return opened.ok ? { account: opened.value, errors: [] } : { account: null, errors: [errorOf(opened)] }
}

async function open(
  input: OpenBillingAccountInput,
  context: Context,
): Promise<Outcome<BillingAccount, BillingErrorCode>> {
  const ownerId = idIn(input, 'ownerId', 'usr')
  if (!ownerId.ok) return ownerId
  const tariffId = idIn(input, 'tariffId', 'trf')
  if (!tariffId.ok) return tariffId
  const creditLimit = input.creditLimit ? moneyIn(input.creditLimit, 'creditLimit') : ok(undefined)
  if (!creditLimit.ok) return creditLimit
  const lowBalanceThreshold = moneyIn(input.lowBalanceThreshold, 'lowBalanceThreshold')
  if (!lowBalanceThreshold.ok) return lowBalanceThreshold
  const tariff = await context.loaders.tariff.load(tariffId.value)
  if (tariff === null) return refuse('TARIFF_NOT_FOUND', 'There is no such tariff.', ['tariffId'])
  const terms = accountTerms(
    {
      ownerId: ownerId.value,
      paymentMode: input.paymentMode,
      msisdn: input.msisdn,
      creditLimit: creditLimit.value,
      lowBalanceThreshold: lowBalanceThreshold.value,
    },
    tariff,
  )
  return terms.ok ? openAccount(context.db, terms.value, {}, provenanceOf(context)) : terms
}

function idIn<Prefix extends string>(
  input: OpenBillingAccountInput,
  field: 'ownerId' | 'tariffId',
  prefix: Prefix,
): Outcome<Id<Prefix>, 'INVALID_ID'> {
  const text = input[field]
  if (isId(prefix, text)) return ok(text)
  return refuse('INVALID_ID', `An id that begins with "${prefix}_" is expected here.`, [field])
}

const moneyIn = (input: MoneyInput, field: string): Outcome<Money, MoneyRefusal> =>
  parseMoney(input.amount, input.currency, { field: [field] })
