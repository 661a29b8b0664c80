import type { Id } from '@carriergraph/shared/ids.ts'
import type { PostedEntry } from '@carriergraph/shared/ledger/entry-tail.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import type { Card } from './db/cards.ts'
import type { FxQuote } from './db/fx-quotes.ts'
import type { LedgerAccount } from './db/ledger-accounts.ts'
import type { LedgerEntry } from './db/ledger-entries.ts'
import type { TrackedInstruction } from './db/rail-instructions.ts'
import type { WebhookAttemptRow } from './db/tables/webhook-attempt.ts'
import type { Transfer } from './db/transfers.ts'
import type { WebhookDelivery } from './db/webhook-deliveries.ts'
import type { WebhookEndpoint } from './db/webhook-endpoints.ts'
import type { Payment, PaymentStatus } from './domain/payment.ts'
import type { UnappliedCase } from './domain/unapplied-case.ts'
import type { CrossRate, ReferenceRate } from './fx/cross-rate.ts'
import type { Party } from './rails/instruction.ts'
import type { ShownStatement } from './reconciliation/db/bank-statements.ts'
import type { ExpectedBankMovement } from './reconciliation/db/expected-movements.ts'
import type { ShownPosting } from './reconciliation/db/postings.ts'
import type { ReconciliationRun, Total } from './reconciliation/db/runs.ts'
import type { ShownLine } from './reconciliation/db/statement-lines.ts'
import type { ReconciliationItem } from './reconciliation/item.ts'
import type { Beneficiary } from './remittance/beneficiary.ts'
import type { Remittance, RemittanceStatus } from './remittance/remittance.ts'
import type { CycleReversal, SettlementCycle } from './settlement/cycle.ts'
import type { Position } from './settlement/netting.ts'
import type { Totals } from './settlement/totals.ts'

// What resolvers hand on for each object type of the schema.

/** Payments know of a user only that there are wallets and payments of theirs. */
export type UserModel = { readonly id: Id<'usr'> }
export type BillingAccountModel = { readonly id: Id<'acc'> }
export type CardModel = Card
export type LedgerAccountModel = LedgerAccount
export type LedgerEntryModel = LedgerEntry
export type LedgerEntryEventModel = PostedEntry
export type TransferModel = Transfer
export type PaymentModel = Payment
export type PaymentInstructionModel = TrackedInstruction
export type PaymentPartyModel = Party
export type PaymentStatusEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly paymentId: Id<'pay'>
  readonly status: PaymentStatus
}
export type UnappliedMoneyModel = UnappliedCase
export type MoneyModel = Money
export type FxQuoteModel = FxQuote
export type FxRateModel = CrossRate
export type FxReferenceRateModel = ReferenceRate
export type RemittanceModel = Remittance
export type BeneficiaryModel = Beneficiary
export type RemittanceStatusEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly remittanceId: Id<'rem'>
  readonly status: RemittanceStatus
}
export type WebhookEndpointModel = WebhookEndpoint
export type WebhookDeliveryModel = WebhookDelivery
export type WebhookAttemptModel = WebhookAttemptRow
export type WebhookDeliveryDiedEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly deliveryId: Id<'whd'>
}
export type ReconciliationRunModel = ReconciliationRun
export type ReconciliationTotalModel = Total
export type ReconciliationItemModel = ReconciliationItem
export type ReconciliationPostingModel = ShownPosting
export type BankStatementModel = ShownStatement
export type BankStatementLineModel = ShownLine
export type ExpectedBankMovementModel = ExpectedBankMovement
export type ReconciliationMismatchEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly cases: number
  readonly runId: Id<'rcr'>
}
export type SettlementCycleModel = SettlementCycle
export type SettlementPositionModel = Position & { readonly currency: CurrencyCode }
export type SettlementTotalsModel = Totals & { readonly currency: CurrencyCode }
export type SettlementRefusalModel = NonNullable<SettlementCycle['refusal']>
export type SettlementReversalModel = CycleReversal
