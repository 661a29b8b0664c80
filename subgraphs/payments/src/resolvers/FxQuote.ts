import { parseId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { explainQuote } from '../fx/explain-quote.ts'
import type { FxQuoteResolvers, FxRateResolvers, FxReferenceRateResolvers } from '../generated/resolvers.ts'

export const FxQuote: FxQuoteResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.fxQuote.load(parseId('fxq', id)),
  owner: ({ ownerId }) => (ownerId === null ? null : { id: ownerId }),
  debited: (quote) => money(quote.debitedMinor, quote.sourceCurrency),
  fixedFee: (quote) => money(quote.fixedFeeMinor, quote.sourceCurrency),
  proportionalFee: (quote) => money(quote.proportionalFeeMinor, quote.sourceCurrency),
  exchanged: (quote) => money(quote.exchangedMinor, quote.sourceCurrency),
  delivered: (quote) => money(quote.deliveredMinor, quote.targetCurrency),
  deliveredAtMid: (quote) => money(quote.deliveredAtMidMinor, quote.sourceCurrency),
  spread: (quote) => money(quote.spreadMinor, quote.sourceCurrency),
  rounding: (quote) => money(quote.roundingMinor, quote.sourceCurrency),
  isExpired: ({ expiresAt }, _, { clock }) => expiresAt <= clock(),
  explanation(quote) {
    const { inputs, ...explanation } = explainQuote(quote)
    return { ...explanation, inputs: [...inputs] }
  },
}

export const FxRate: FxRateResolvers = {
  rate: ({ mid }) => mid.toFixed(),
  fromRate: ({ fromLeg }) => fromLeg,
  toRate: ({ toLeg }) => toLeg,
}

export const FxReferenceRate: FxReferenceRateResolvers = { rate: ({ rate }) => rate.toFixed() }
