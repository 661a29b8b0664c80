import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { dayOf } from '@carriergraph/shared/day.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { findRatesInForce, listFxRates, newestFxRates } from '../db/fx-rates.ts'
import { listPayments, newestPayments } from '../db/payment-lists.ts'
import { listRemittances, newestRemittances } from '../db/remittance-lists.ts'
import { listCycles, newestCycles } from '../db/settlement-cycle-lists.ts'
import { listUnapplied, newestUnapplied } from '../db/unapplied-money.ts'
import { listWebhookDeliveries, newestWebhookDeliveries } from '../db/webhook-deliveries.ts'
import { listWebhookEndpoints, newestWebhookEndpoints } from '../db/webhook-endpoints.ts'
import { verifyBooks } from '../flow/verify-books.ts'
import { crossRate } from '../fx/cross-rate.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'
import { listStatements, newestStatements } from '../reconciliation/db/bank-statements.ts'
import { listCases, newestCases } from '../reconciliation/db/item-lists.ts'
import { listRuns, newestRuns } from '../reconciliation/db/run-lists.ts'
import { bankAccountWanted } from './bank-account.ts'
import { cardIdIn } from './card-id.ts'
import { currencyWanted } from './currency-wanted.ts'
import { anyCurrencyIn } from './fx-input.ts'
import { RAIL_OF } from './rail-names.ts'
import { byCurrency } from './trial-balance.ts'

export const Query: QueryResolvers = {
  payment: (_, { id }, { loaders }) => loaders.payment.load(parseId('pay', id)),
  card: (_, { id }, { loaders }) => loaders.card.load(cardIdIn(id)),
  ledgerAccount: (_, { id }, { loaders }) => loaders.ledgerAccount.load(parseId('led', id)),
  transfer: (_, { id }, { loaders }) => loaders.transfer.load(parseId('tfr', id)),
  trialBalance: async (_, _args, { db }) => byCurrency(await trialBalance(db)),

  async ledgerVerification(_, _args, { actor, db }) {
    const { faults, ...counted } = await verifyBooks({ tenant: actor.tenant, db })
    return { ...counted, isSound: faults.length === 0, faults: [...faults] }
  },

  payments(_, { filter, ...page }, { actor, db }) {
    return listPayments(db, pageArgs(newestPayments, page), {
      seenBy: ownersSeenBy(actor),
      payerId: filter?.payerId == null ? undefined : parseId('usr', filter.payerId),
      status: filter?.status ?? undefined,
    })
  },

  async fxRate(_, { from, to, day }, { clock, db }) {
    const wanted = { from: anyCurrencyIn(from, 'from'), to: anyCurrencyIn(to, 'to'), day: day ?? dayOf(clock()) }
    const rate = crossRate(wanted, await findRatesInForce(db, [wanted.from, wanted.to], wanted.day))
    if (!rate.ok) throw Refusal.from(rate)
    return rate.value
  },
  fxRates: (_, { currency, ...page }, { db }) =>
    listFxRates(db, pageArgs(newestFxRates, page), anyCurrencyIn(currency, 'currency')),
  fxQuote: (_, { id }, { loaders }) => loaders.fxQuote.load(parseId('fxq', id)),

  remittance: (_, { id }, { loaders }) => loaders.remittance.load(parseId('rem', id)),
  remittances: (_, { filter, ...page }, { actor, db }) =>
    listRemittances(db, pageArgs(newestRemittances, page), {
      seenBy: ownersSeenBy(actor),
      senderId: filter?.senderId == null ? undefined : parseId('usr', filter.senderId),
      status: filter?.status ?? undefined,
    }),

  webhookEndpoint: (_, { id }, { loaders }) => loaders.webhookEndpoint.load(parseId('whe', id)),
  webhookEndpoints: (_, page, { db }) => listWebhookEndpoints(db, pageArgs(newestWebhookEndpoints, page)),
  webhookDelivery: (_, { id }, { loaders }) => loaders.webhookDelivery.load(parseId('whd', id)),
  webhookDeliveries: (_, { filter, ...page }, { db }) =>
    listWebhookDeliveries(db, pageArgs(newestWebhookDeliveries, page), {
      endpointId: filter?.endpointId == null ? undefined : parseId('whe', filter.endpointId),
      status: filter?.status ?? undefined,
    }),

  unappliedMoneyCase: (_, { id }, { loaders }) => loaders.unappliedCase.load(parseId('uam', id)),
  unappliedMoney: (_, { filter, ...page }, { db }) =>
    listUnapplied(db, pageArgs(newestUnapplied, page), filter?.state ?? undefined),
  settlementCycle: (_, { id }, { loaders }) => loaders.settlementCycle.load(parseId('cyc', id)),
  settlementCycles: (_, { filter, ...page }, { db }) =>
    listCycles(db, pageArgs(newestCycles, page), {
      rail: filter?.rail == null ? undefined : RAIL_OF[filter.rail],
      currency: filter?.currency == null ? undefined : currencyWanted(filter.currency, ['filter', 'currency']),
      state: filter?.state ?? undefined,
    }),

  bankStatements: (_, { account, ...page }, { db }) =>
    listStatements(db, pageArgs(newestStatements, page), bankAccountWanted(account, ['account'])),
  reconciliationRun: (_, { id }, { loaders }) => loaders.reconciliationRun.load(parseId('rcr', id)),
  reconciliationRuns: (_, { account, ...page }, { db }) =>
    listRuns(db, pageArgs(newestRuns, page), bankAccountWanted(account, ['account'])),
  reconciliationItem: (_, { id }, { loaders }) => loaders.reconciliationItem.load(parseId('rci', id)),
  reconciliationCases: (_, { filter, ...page }, { db }) =>
    listCases(db, pageArgs(newestCases, page), {
      account: bankAccountWanted(filter?.account, ['filter', 'account']),
      status: filter?.status ?? undefined,
      state: filter?.state ?? undefined,
    }),
}
