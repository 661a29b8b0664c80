import type { Resolvers } from '../generated/resolvers.ts'
import { cardScalars } from '../vault/scalars.ts'
import { Card } from './Card.ts'
import { FxQuote, FxRate, FxReferenceRate } from './FxQuote.ts'
import { LedgerAccount } from './LedgerAccount.ts'
import { LedgerEntryEvent } from './LedgerEntryEvent.ts'
import { Money } from './Money.ts'
import { addCard } from './Mutation/addCard.ts'
import { closeLedgerAccount } from './Mutation/closeLedgerAccount.ts'
import { createFxQuote } from './Mutation/createFxQuote.ts'
import { createPayment } from './Mutation/createPayment.ts'
import { createWebhookEndpoint } from './Mutation/createWebhookEndpoint.ts'
import { freezeLedgerAccount } from './Mutation/freezeLedgerAccount.ts'
import { openLedgerAccount } from './Mutation/openLedgerAccount.ts'
import { openWallet } from './Mutation/openWallet.ts'
import { postTransfers } from './Mutation/postTransfers.ts'
import { removeCard } from './Mutation/removeCard.ts'
import { replayWebhookDeliveries } from './Mutation/replayWebhookDeliveries.ts'
import { revealCard } from './Mutation/revealCard.ts'
import { rotateWebhookSecret } from './Mutation/rotateWebhookSecret.ts'
import { setOverdraftLimit } from './Mutation/setOverdraftLimit.ts'
import { unfreezeLedgerAccount } from './Mutation/unfreezeLedgerAccount.ts'
import { deleteWebhookEndpoint, pauseWebhookEndpoint, resumeWebhookEndpoint } from './Mutation/webhookEndpointStatus.ts'
import { Payment } from './Payment.ts'
import { Query } from './Query.ts'
import { ledgerEntryPosted } from './Subscription/ledgerEntryPosted.ts'
import { webhookDeliveryDied } from './Subscription/webhookDeliveryDied.ts'
import { Transfer } from './Transfer.ts'
import { User } from './User.ts'
import { WebhookDelivery, WebhookDeliveryDiedEvent } from './WebhookDelivery.ts'
import { WebhookEndpoint } from './WebhookEndpoint.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: {
    addCard,
    closeLedgerAccount,
    createFxQuote,
    createPayment,
    createWebhookEndpoint,
    deleteWebhookEndpoint,
    freezeLedgerAccount,
    openLedgerAccount,
    openWallet,
    pauseWebhookEndpoint,
    postTransfers,
    removeCard,
    replayWebhookDeliveries,
    resumeWebhookEndpoint,
    revealCard,
    rotateWebhookSecret,
    setOverdraftLimit,
    unfreezeLedgerAccount,
  },
  Subscription: { ledgerEntryPosted, webhookDeliveryDied },
  Card,
  FxQuote,
  FxRate,
  FxReferenceRate,
  LedgerAccount,
  LedgerEntryEvent,
  Money,
  Payment,
  Transfer,
  User,
  WebhookDelivery,
  WebhookDeliveryDiedEvent,
  WebhookEndpoint,
  ...cardScalars,
}
