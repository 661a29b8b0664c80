import { present } from '@carriergraph/shared/loader.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import type {
  SettlementCycleResolvers,
  SettlementPositionResolvers,
  SettlementRefusalResolvers,
  SettlementReversalResolvers,
  SettlementTotalsResolvers,
} from '../generated/resolvers.ts'
import { netOf, positionsOf } from '../settlement/netting.ts'
import { totalsOf } from '../settlement/totals.ts'
import { GRAPH_RAILS } from './rail-names.ts'

export const SettlementCycle: SettlementCycleResolvers = {
  rail: ({ rail }) => GRAPH_RAILS[rail],
  async positions({ id, state, currency }, _, { loaders }) {
    // What a cycle comes to is stored when it is closed; its items stay, so that they give the same even where it was since.
    const positions =
      state === 'OPEN'
        ? positionsOf(await loaders.obligationsOfCycle.load(id))
        : await loaders.positionsOfCycle.load(id)
    return positions.map((position) => ({ ...position, currency }))
  },
  async totals({ id, netting, currency }, _, { loaders }) {
    return { ...totalsOf(netting, await loaders.obligationsOfCycle.load(id)), currency }
  },
}

export const SettlementPosition: SettlementPositionResolvers = {
  account: async ({ accountId }, _, { loaders }) => present(await loaders.ledgerAccount.load(accountId), accountId),
  pays: ({ paysMinor, currency }) => money(paysMinor, currency),
  receives: ({ receivesMinor, currency }) => money(receivesMinor, currency),
  fees: ({ feesMinor, currency }) => money(feesMinor, currency),
  net: (position) => money(netOf(position), position.currency),
}

export const SettlementTotals: SettlementTotalsResolvers = {
  gross: ({ grossMinor, currency }) => money(grossMinor, currency),
  net: ({ netMinor, currency }) => money(netMinor, currency),
  fees: ({ feesMinor, currency }) => money(feesMinor, currency),
}

export const SettlementRefusal: SettlementRefusalResolvers = {
  account: async ({ accountId }, _, { loaders }) => present(await loaders.ledgerAccount.load(accountId), accountId),
}

export const SettlementReversal: SettlementReversalResolvers = {
  approvedBy: ({ approval }) => approval?.approvedBy ?? null,
  approvedAt: ({ approval }) => approval?.approvedAt ?? null,
}
