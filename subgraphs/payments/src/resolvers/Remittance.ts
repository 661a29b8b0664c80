import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { actsForOthers, maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { referred } from '@carriergraph/shared/loader.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import type { RemittanceResolvers } from '../generated/resolvers.ts'
import { endToEndId } from '../rails/instruction.ts'
import { deliveryId } from '../remittance/instruction.ts'
import { hasBeenSent } from '../remittance/remittance.ts'

export const Remittance: RemittanceResolvers = {
  __resolveReference: async ({ id }, { loaders }) =>
    referred(await loaders.remittance.load(parseId('rem', id)), 'REMITTANCE_NOT_FOUND', id),
  sender: ({ senderId }) => ({ id: senderId }),
  quote: ({ quoteId }, _, { loaders }) => loaders.fxQuote.load(quoteId),
  debited: ({ debitedMinor, sourceCurrency }) => money(debitedMinor, sourceCurrency),
  fees: ({ feesMinor, sourceCurrency }) => money(feesMinor, sourceCurrency),
  deliveredAtMid: ({ deliveredAtMidMinor, sourceCurrency }) => money(deliveredAtMidMinor, sourceCurrency),
  spread: ({ spreadMinor, sourceCurrency }) => money(spreadMinor, sourceCurrency),
  rounding: ({ roundingMinor, sourceCurrency }) => money(roundingMinor, sourceCurrency),
  delivered: ({ deliveredMinor, targetCurrency }) => money(deliveredMinor, targetCurrency),
  usdEquivalent: ({ usdMinor }) => formatAmount(money(usdMinor, 'USD')),
  sourceOfFunds: ({ fundsSource }) => fundsSource,
  bankReason: ({ railReason }) => railReason,
  bankReference: ({ id, status }) => (hasBeenSent(status) ? endToEndId(deliveryId(id)) : null),
  returned: ({ returnedMinor, targetCurrency }) =>
    returnedMinor === null ? null : money(returnedMinor, targetCurrency),
  unapplied: async ({ id }, _, { actor, loaders }) =>
    actsForOthers(actor) ? [...(await loaders.unappliedOf.load(id))] : null,
  async history({ id }, _, { actor, loaders }) {
    const history = await loaders.historyOfRemittance.load(id)
    return history.map((transition) => ({ ...transition, actor: shownActor(transition.actor, actor) }))
  },

  async sourceAccount({ sourceAccountId }, _, { actor, loaders }) {
    const account = await loaders.ledgerAccount.load(sourceAccountId)
    return account !== null && maySee(actor, account.ownerId) ? account : null
  },
}

/** To a sender, what a person decided looks like what was decided at once: that somebody had to look at it is a hint. */
const shownActor = (by: string, viewer: Actor): string =>
  actsForOthers(viewer) || by === viewer.subject ? by : SETTLING_ACTOR
