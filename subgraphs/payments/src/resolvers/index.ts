import type { Resolvers } from '../generated/resolvers.ts'
import { cardScalars } from '../vault/scalars.ts'
import { BankStatement } from './BankStatement.ts'
import { BankStatementLine } from './BankStatementLine.ts'
import { Beneficiary } from './Beneficiary.ts'
import { Card } from './Card.ts'
import { ExpectedBankMovement } from './ExpectedBankMovement.ts'
import { FxQuote, FxRate, FxReferenceRate } from './FxQuote.ts'
import { LedgerAccount } from './LedgerAccount.ts'
import { LedgerEntry } from './LedgerEntry.ts'
import { LedgerEntryEvent } from './LedgerEntryEvent.ts'
import { Money } from './Money.ts'
import { addCard } from './Mutation/addCard.ts'
import { approveDismissal } from './Mutation/approveDismissal.ts'
import { approveSettlementReversal } from './Mutation/approveSettlementReversal.ts'
import { approveUnappliedResolution } from './Mutation/approveUnappliedResolution.ts'
import { approveWriteOff } from './Mutation/approveWriteOff.ts'
import { autoResolve } from './Mutation/autoResolve.ts'
import { cancelPayment } from './Mutation/cancelPayment.ts'
import { cancelRemittance } from './Mutation/cancelRemittance.ts'
import { capturePayment } from './Mutation/capturePayment.ts'
import { closeLedgerAccount } from './Mutation/closeLedgerAccount.ts'
import { confirmPayment } from './Mutation/confirmPayment.ts'
import { createFxQuote } from './Mutation/createFxQuote.ts'
import { createPayment } from './Mutation/createPayment.ts'
import { createPayments } from './Mutation/createPayments.ts'
import { createRemittance } from './Mutation/createRemittance.ts'
import { createWebhookEndpoint } from './Mutation/createWebhookEndpoint.ts'
import { disputePayment } from './Mutation/disputePayment.ts'
import { expectBankMovements } from './Mutation/expectBankMovements.ts'
import { freezeLedgerAccount } from './Mutation/freezeLedgerAccount.ts'
import { matchByHand } from './Mutation/matchByHand.ts'
import { openLedgerAccount } from './Mutation/openLedgerAccount.ts'
import { openWallet } from './Mutation/openWallet.ts'
import { postTransfers } from './Mutation/postTransfers.ts'
import { refundPayment } from './Mutation/refundPayment.ts'
import { rejectDismissal } from './Mutation/rejectDismissal.ts'
import { rejectSettlementReversal } from './Mutation/rejectSettlementReversal.ts'
import { rejectUnappliedResolution } from './Mutation/rejectUnappliedResolution.ts'
import { rejectWriteOff } from './Mutation/rejectWriteOff.ts'
import { removeCard } from './Mutation/removeCard.ts'
import { replayWebhookDeliveries } from './Mutation/replayWebhookDeliveries.ts'
import { requestDismissal } from './Mutation/requestDismissal.ts'
import { requestSettlementReversal } from './Mutation/requestSettlementReversal.ts'
import { requestUnappliedResolution } from './Mutation/requestUnappliedResolution.ts'
import { requestWriteOff } from './Mutation/requestWriteOff.ts'
import { resolveDispute } from './Mutation/resolveDispute.ts'
import { revealCard } from './Mutation/revealCard.ts'
import { rotateWebhookSecret } from './Mutation/rotateWebhookSecret.ts'
import { runReconciliation } from './Mutation/runReconciliation.ts'
import { setOverdraftLimit } from './Mutation/setOverdraftLimit.ts'
import { settleCycleAgain } from './Mutation/settleCycleAgain.ts'
import { unfreezeLedgerAccount } from './Mutation/unfreezeLedgerAccount.ts'
import { deleteWebhookEndpoint, pauseWebhookEndpoint, resumeWebhookEndpoint } from './Mutation/webhookEndpointStatus.ts'
import { Payment } from './Payment.ts'
import { PaymentInstruction, PaymentParty } from './PaymentInstruction.ts'
import { PaymentStatusEvent } from './PaymentStatusEvent.ts'
import { Query } from './Query.ts'
import { ReconciliationItem } from './ReconciliationItem.ts'
import { ReconciliationMismatchEvent } from './ReconciliationMismatchEvent.ts'
import { ReconciliationPosting } from './ReconciliationPosting.ts'
import { ReconciliationRun } from './ReconciliationRun.ts'
import { ReconciliationTotal } from './ReconciliationTotal.ts'
import { Remittance } from './Remittance.ts'
import { RemittanceStatusEvent } from './RemittanceStatusEvent.ts'
import {
  SettlementCycle,
  SettlementPosition,
  SettlementRefusal,
  SettlementReversal,
  SettlementTotals,
} from './SettlementCycle.ts'
import { ledgerEntryPosted } from './Subscription/ledgerEntryPosted.ts'
import { paymentStatusChanged } from './Subscription/paymentStatusChanged.ts'
import { reconciliationMismatch } from './Subscription/reconciliationMismatch.ts'
import { remittanceStatusChanged } from './Subscription/remittanceStatusChanged.ts'
import { webhookDeliveryDied } from './Subscription/webhookDeliveryDied.ts'
import { Transfer } from './Transfer.ts'
import { UnappliedMoney } from './UnappliedMoney.ts'
import { User } from './User.ts'
import { WebhookDelivery, WebhookDeliveryDiedEvent } from './WebhookDelivery.ts'
import { WebhookEndpoint } from './WebhookEndpoint.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: {
    addCard,
    approveDismissal,
    approveSettlementReversal,
    approveUnappliedResolution,
    approveWriteOff,
    autoResolve,
    cancelPayment,
    cancelRemittance,
    capturePayment,
    closeLedgerAccount,
    confirmPayment,
    createFxQuote,
    createPayment,
    createPayments,
    createRemittance,
    createWebhookEndpoint,
    deleteWebhookEndpoint,
    disputePayment,
    expectBankMovements,
    freezeLedgerAccount,
    matchByHand,
    openLedgerAccount,
    openWallet,
    pauseWebhookEndpoint,
    postTransfers,
    refundPayment,
    rejectDismissal,
    rejectSettlementReversal,
    rejectUnappliedResolution,
    rejectWriteOff,
    removeCard,
    replayWebhookDeliveries,
    requestDismissal,
    requestSettlementReversal,
    requestUnappliedResolution,
    requestWriteOff,
    resolveDispute,
    resumeWebhookEndpoint,
    revealCard,
    rotateWebhookSecret,
    runReconciliation,
    setOverdraftLimit,
    settleCycleAgain,
    unfreezeLedgerAccount,
  },
  Subscription: {
    ledgerEntryPosted,
    paymentStatusChanged,
    reconciliationMismatch,
    remittanceStatusChanged,
    webhookDeliveryDied,
  },
  BankStatement,
  BankStatementLine,
  Beneficiary,
  Card,
  ExpectedBankMovement,
  FxQuote,
  FxRate,
  FxReferenceRate,
  LedgerAccount,
  LedgerEntry,
  LedgerEntryEvent,
  Money,
  Payment,
  PaymentInstruction,
  PaymentParty,
  PaymentStatusEvent,
  ReconciliationItem,
  ReconciliationMismatchEvent,
  ReconciliationPosting,
  ReconciliationRun,
  ReconciliationTotal,
  Remittance,
  RemittanceStatusEvent,
  SettlementCycle,
  SettlementPosition,
  SettlementRefusal,
  SettlementReversal,
  SettlementTotals,
  Transfer,
  UnappliedMoney,
  User,
  WebhookDelivery,
  WebhookDeliveryDiedEvent,
  WebhookEndpoint,
  ...cardScalars,
}
