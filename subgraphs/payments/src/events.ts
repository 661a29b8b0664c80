import { currencyField, idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { PAYMENT_STATUSES } from './domain/payment.ts'
import { REVIEW_DECISIONS } from './domain/review.ts'
import { fxRateEvents } from './events/fx-rates.ts'
import { ledgerAccountEvents } from './events/ledger-account.ts'
import { paymentEvents } from './events/payment.ts'
import { reconciliationEvents } from './events/reconciliation.ts'
import { remittanceEvents } from './events/remittance.ts'
import { settlementEvents } from './events/settlement.ts'
import { unappliedMoneyEvents } from './events/unapplied-money.ts'
import { vaultEvents } from './events/vault.ts'
import { webhookEvents } from './events/webhook.ts'
import { REMITTANCE_STATUSES } from './remittance/remittance.ts'

/** What the journal of payments says and the bus carries: the data of each type of event. */
export const published = {
  ...ledgerAccountEvents,
  ...paymentEvents,
  ...remittanceEvents,
  ...unappliedMoneyEvents,
  ...vaultEvents,
  ...fxRateEvents,
  ...webhookEvents,
  ...settlementEvents,
  ...reconciliationEvents,
} as const satisfies Record<string, z.ZodType>

/** Every one says that a payment came into a state. */
export const PAYMENT_EVENTS = Object.keys(paymentEvents)

/** What they all say. */
export const paymentStatusTold = z.object({ paymentId: idField('pay'), status: z.enum(PAYMENT_STATUSES) })

/** Every one says that a remittance came into a state. */
export const REMITTANCE_EVENTS = Object.keys(remittanceEvents)

/** What they all say. */
export const remittanceStatusTold = z.object({ remittanceId: idField('rem'), status: z.enum(REMITTANCE_STATUSES) })

type Published = { readonly [Type in keyof typeof published]: z.output<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** What payments need of the data of billing's `account.opened`. */
export const accountOpened = z.object({
  accountId: idField('acc'),
  ownerId: idField('usr'),
  currency: currencyField,
  openedAt: instantField,
})

/** What payments need of the data of risk's `review.decided`. */
export const reviewDecided = z.object({
  paymentId: idField('pay'),
  decision: z.enum(REVIEW_DECISIONS),
  reason: z.string(),
})

/** What payments need of the data of risk's `remittance_review.decided`. */
export const remittanceReviewDecided = z.object({ remittanceId: idField('rem'), decision: z.enum(REVIEW_DECISIONS) })
