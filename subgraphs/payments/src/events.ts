import { currencyField, idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { CARD_BRANDS } from '@carriergraph/shared/cards/brands.ts'
import { z } from 'zod'
import { WEBHOOK_PAUSE_REASONS } from './db/tables/webhook-endpoint.ts'
import { ACCOUNT_PURPOSES } from './domain/account-purpose.ts'
import { FAILURE_CODES } from './domain/decide.ts'
import { PAYMENT_METHODS } from './domain/method.ts'
import { PAYMENT_STATUSES, PAYMENT_TYPES } from './domain/payment.ts'
import { REVIEW_DECISIONS } from './domain/review.ts'
import { UNAPPLIED_DIRECTIONS, UNAPPLIED_PLACES, UNAPPLIED_REASONS } from './domain/unapplied.ts'
import { CASE_RESOLUTIONS, CASE_STATES, PROPOSALS } from './domain/unapplied-case.ts'
import { RAIL_NAMES } from './rails/rail.ts'
import { ITEM_STATES, RESOLUTIONS } from './reconciliation/item-states.ts'
import { MATCH_STATUSES } from './reconciliation/matching/result.ts'
import { FAILURE_CODES as REMITTANCE_FAILURE_CODES } from './remittance/failure.ts'
import { PURPOSES } from './remittance/purpose.ts'
import { REMITTANCE_STATUSES } from './remittance/remittance.ts'
import { ATTEMPT_OUTCOMES } from './webhooks/send/attempt-result.ts'

const paymentFields = {
  paymentId: idField('pay').describe('The payment.'),
  type: z.enum(PAYMENT_TYPES).describe('What it is for.'),
  method: z.enum(PAYMENT_METHODS).describe('How its money comes or goes.'),
  payerId: idField('usr').describe('Who pays: the owner of the wallet; of a refund, who is paid back.'),
  sourceAccountId: idField('led').describe('The ledger account that it is taken from.'),
  destinationAccountId: idField('led').describe('The ledger account that it goes to.'),
  billingAccountId: idField('acc').nullable().describe('Of a top-up and its refunds: the billing account. Else null.'),
  originalId: idField('pay').nullable().describe('Of a refund: the payment that it gives back. Else null.'),
  amount: moneyField.describe('What is paid, or what was captured of it; above zero.'),
  at: instantField.describe('When it came into this state.'),
}

const remittanceFields = {
  remittanceId: idField('rem').describe('The remittance.'),
  senderId: idField('usr').describe('Who sends: the owner of the wallet.'),
  sourceAccountId: idField('led').describe('The wallet that it is taken from.'),
  quoteId: idField('fxq').describe('The quote that it is made at.'),
  debited: moneyField.describe('What is taken in all.'),
  delivered: moneyField.describe('What arrives.'),
  usdEquivalent: moneyField.describe('What is debited in US dollars.'),
  beneficiaryCountry: z.string().describe('Where it goes, ISO 3166-1 alpha-2.'),
  purpose: z.enum(PURPOSES).describe('What it is for.'),
  at: instantField.describe('When it came into this state.'),
}

const remittanceFailure = { failureCode: z.enum(REMITTANCE_FAILURE_CODES).describe('Why.') }

const accountFields = { accountId: idField('led').describe('The ledger account.') }

const changeFields = {
  ...accountFields,
  reason: z.string().describe('Why, in the words of whoever asked.'),
  at: instantField,
}

const cardFields = {
  cardId: idField('card').describe('The card.'),
  ownerId: idField('usr').describe('Whose card it is.'),
}

const shownCardFields = {
  ...cardFields,
  brand: z.enum(CARD_BRANDS).describe('Its scheme.'),
  lastFour: z
    .string()
    .regex(/^\d{4}$/)
    .describe('The last four digits of its number.'),
  expiryMonth: z.int().min(1).max(12).describe('The last month in which it is good.'),
  expiryYear: z.int().describe('The year of that month.'),
  at: instantField,
}

const revealFields = {
  ...cardFields,
  reason: z.string().describe('Why, in the words of whoever asked.'),
  at: instantField,
}

const webhookEndpointFields = {
  endpointId: idField('whe').describe('The endpoint.'),
  origin: z.string().describe('Scheme, host and port of its URL; the rest may be a secret.'),
  eventTypes: z.array(z.string()).describe('The events that are sent to it.'),
  pauseReason: z.enum(WEBHOOK_PAUSE_REASONS).nullable().describe('Why nothing is sent; null where that is not so.'),
  at: instantField,
}

const webhookDeliveryFields = {
  deliveryId: idField('whd').describe('The delivery.'),
  endpointId: idField('whe').describe('Where it was to go.'),
  eventId: idField('evt').describe('The event that it brings.'),
  eventType: z.string().describe('What kind of event that is.'),
  attempts: z.int().min(0).describe('How often it was tried in all.'),
  at: instantField,
}

const dayField = z.iso.date()

const settlementFields = {
  cycleId: idField('cyc').describe('The cycle: what is cleared and settled together.'),
  rail: z.enum(RAIL_NAMES).describe('The rail that it is of.'),
  currency: currencyField,
  day: dayField.describe('The business day of its cut-off.'),
  number: z.int().min(1).describe('Its number on that day.'),
  settlementDate: dayField.describe('The day from which it may be settled.'),
  at: instantField,
}

const caseFields = {
  unappliedId: idField('uam').describe('The money that could not be put where it belongs.'),
  reference: z.string().describe('The payment or the remittance that it is of.'),
  amount: moneyField.describe('What is left of it to decide on.'),
  state: z.enum(CASE_STATES).describe('Where it stands now.'),
  at: instantField,
}

const runFields = {
  runId: idField('rcr').describe('The reconciliation of an account for a day.'),
  account: z.string().describe('The bank account, as its statements name it.'),
  day: dayField.describe('The day.'),
  revision: z.int().min(1).describe('How often something new was found for the day.'),
  at: instantField,
}

const itemFields = {
  itemId: idField('rci').describe('The case.'),
  account: z.string().describe('The bank account, as its statements name it.'),
  status: z.enum(MATCH_STATUSES).describe('What was found.'),
  state: z.enum(ITEM_STATES).describe('Where it stands now.'),
  difference: moneyField.describe('What the account has more than the books; below zero: less.'),
  at: instantField,
}

/** What the journal of payments says and the bus carries: the data of each type of event. */
export const published = {
  'wallet.opened': z.strictObject({
    walletId: idField('led').describe('The wallet, a ledger account.'),
    ownerId: idField('usr').describe('Whose money it is.'),
    currency: currencyField,
    openedAt: instantField,
  }),
  'ledger_account.opened': z.strictObject({
    ...accountFields,
    purpose: z.enum(Object.keys(ACCOUNT_PURPOSES)).describe('What it is for.'),
    currency: currencyField,
    at: instantField,
  }),
  'ledger_account.frozen': z.strictObject(changeFields),
  'ledger_account.unfrozen': z.strictObject(changeFields),
  'ledger_account.closed': z.strictObject(changeFields),
  'ledger_account.limit_changed': z.strictObject({
    ...changeFields,
    floor: moneyField.nullable().describe('What the balance must not fall below from now on; null for no limit.'),
  }),
  'payment.created': z.strictObject({
    ...paymentFields,
    status: z.enum(['CREATED', 'RISK_PENDING', 'AUTHORISED']).describe('The state that it begins in.'),
  }),
  'payment.confirmed': z.strictObject({ ...paymentFields, status: z.literal('RISK_PENDING') }),
  'payment.held_for_review': z.strictObject({ ...paymentFields, status: z.literal('REVIEW') }),
  'payment.authorised': z.strictObject({ ...paymentFields, status: z.literal('AUTHORISED') }),
  'payment.processing': z.strictObject({ ...paymentFields, status: z.literal('PROCESSING') }),
  'payment.completed': z.strictObject({ ...paymentFields, status: z.literal('COMPLETED') }),
  'payment.cancelled': z.strictObject({ ...paymentFields, status: z.literal('CANCELLED') }),
  'payment.refunded': z.strictObject({
    ...paymentFields,
    status: z.enum(['PARTIALLY_REFUNDED', 'REFUNDED']).describe('Whether anything of it is left.'),
    refundedAmount: moneyField.describe('What all its refunds have given back by now.'),
  }),
  'payment.disputed': z.strictObject({ ...paymentFields, status: z.literal('DISPUTED') }),
  'payment.dispute_won': z.strictObject({
    ...paymentFields,
    status: z.enum(['COMPLETED', 'PARTIALLY_REFUNDED']).describe('What it was before.'),
  }),
  'payment.failed': z.strictObject({
    ...paymentFields,
    status: z.literal('FAILED'),
    failureCode: z.enum(FAILURE_CODES).describe('Why.'),
  }),
  'remittance.created': z.strictObject({ ...remittanceFields, status: z.literal('SCREENING') }),
  'remittance.held_for_review': z.strictObject({ ...remittanceFields, status: z.literal('REVIEW') }),
  'remittance.approved': z.strictObject({ ...remittanceFields, status: z.literal('APPROVED') }),
  'remittance.debited': z.strictObject({ ...remittanceFields, status: z.literal('DEBITED') }),
  'remittance.sending': z.strictObject({ ...remittanceFields, status: z.literal('SENDING') }),
  'remittance.settling': z.strictObject({ ...remittanceFields, status: z.literal('SETTLING') }),
  'remittance.completed': z.strictObject({ ...remittanceFields, status: z.literal('COMPLETED') }),
  'remittance.refunding': z.strictObject({
    ...remittanceFields,
    status: z.literal('REFUNDING'),
    ...remittanceFailure,
  }),
  'remittance.refunded': z.strictObject({ ...remittanceFields, status: z.literal('REFUNDED'), ...remittanceFailure }),
  'remittance.failed': z.strictObject({ ...remittanceFields, status: z.literal('FAILED'), ...remittanceFailure }),
  'remittance.cancelled': z.strictObject({ ...remittanceFields, status: z.literal('CANCELLED') }),
  'unapplied_money.recorded': z.strictObject({
    unappliedId: idField('uam').describe('The money that could not be put where it belongs.'),
    reference: z.string().describe('The payment or the remittance that it is of.'),
    ownerId: idField('usr').describe('Whose it is, or who owes it.'),
    accountId: idField('led').describe('The wallet that it was meant for, or was to come from.'),
    amount: moneyField.describe('How much; above zero.'),
    direction: z.enum(UNAPPLIED_DIRECTIONS).describe('IN: the operator has it. OUT: it has left.'),
    place: z.enum(UNAPPLIED_PLACES).describe('Where it stands: in suspense, or found by reconciliation alone.'),
    reason: z.enum(UNAPPLIED_REASONS).describe('Why.'),
    at: instantField,
  }),
  'unapplied_money.resolution_requested': z.strictObject({
    ...caseFields,
    resolution: z.enum(PROPOSALS).describe('How it is to end.'),
    walletId: idField('led').nullable().describe('Of WALLET: which one. Else null.'),
    reason: z.string().describe('Why.'),
  }),
  'unapplied_money.resolution_rejected': z.strictObject({ ...caseFields, reason: z.string().describe('Why not.') }),
  'unapplied_money.resolution_approved': z.strictObject({
    ...caseFields,
    resolution: z.enum(PROPOSALS).describe('How it is to end.'),
    requestedBy: idField('usr').describe('Who asked for it; whoever approved it is another person.'),
  }),
  'unapplied_money.resolution_refused': z.strictObject({
    ...caseFields,
    refusalCode: z.string().describe('Why the ledger, or the rail, did not follow: it is open again.'),
  }),
  'unapplied_money.returned': z.strictObject({
    ...caseFields,
    returned: moneyField.describe('What of it has gone back by itself; nobody’s request holds any more.'),
  }),
  'unapplied_money.resolved': z.strictObject({
    ...caseFields,
    resolution: z.enum(CASE_RESOLUTIONS).describe('How it has ended.'),
  }),
  'card.added': z.strictObject(shownCardFields),
  'card.renewed': z.strictObject(shownCardFields),
  'card.removed': z.strictObject(shownCardFields),
  'card.revealed': z.strictObject(revealFields),
  'card.reveal_failed': z.strictObject(revealFields),
  'data_key.made': z.strictObject({
    dataKeyId: idField('vdk').describe('The key, which new card numbers of the tenant are encrypted with from now on.'),
    wrappingKeyId: z.string().describe('The id of the wrapping key that it is stored under.'),
    madeAt: instantField,
  }),
  'fx_rates.imported': z.strictObject({
    importId: idField('fxi').describe('The import.'),
    digest: z.string().describe('SHA-256 of the file, in hex.'),
    added: z.int().min(0).describe('Rates that were new.'),
    corrected: z.int().min(0).describe('Rates that replaced others of their day.'),
    firstDay: dayField.describe('The oldest day of the file.'),
    lastDay: dayField.describe('The newest.'),
    at: instantField,
  }),
  'webhook_endpoint.created': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.secret_rotated': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.paused': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.resumed': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.deleted': z.strictObject(webhookEndpointFields),
  'webhook_delivery.died': z.strictObject({
    ...webhookDeliveryFields,
    outcome: z.enum(ATTEMPT_OUTCOMES).describe('How the last try ended.'),
    httpStatus: z.int().nullable().describe('Of the last answer; null where there was none.'),
  }),
  'webhook_delivery.replayed': z.strictObject(webhookDeliveryFields),
  'settlement.closed': z.strictObject(settlementFields),
  'settlement.settled': z.strictObject(settlementFields),
  'settlement.refused': z.strictObject({
    ...settlementFields,
    refusalCode: z.string().describe('Why the ledger refused it: none of it was posted.'),
    accountId: idField('led').nullable().describe('The account of the transfer that was refused.'),
  }),
  'settlement.reversed': z.strictObject(settlementFields),
  'statement_import.completed': z.strictObject({
    importId: idField('sti').describe('The import.'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of the file.'),
    format: z.enum(['camt.053', 'camt.054', 'MT940', 'CSV']).describe('What the file was.'),
    statements: z.int().min(0).describe('Statements that were new.'),
    lines: z.int().min(0).describe('Their lines.'),
    at: instantField,
  }),
  'reconciliation_run.completed': z.strictObject(runFields),
  'reconciliation_run.mismatched': z.strictObject({
    ...runFields,
    cases: z.int().min(1).describe('Cases that were found now and wait for somebody.'),
  }),
  'reconciliation_item.resolved': z.strictObject({
    ...itemFields,
    resolution: z.enum(RESOLUTIONS).describe('How.'),
  }),
  'reconciliation_item.write_off_requested': z.strictObject({ ...itemFields, reason: z.string().describe('Why.') }),
  'reconciliation_item.write_off_rejected': z.strictObject({ ...itemFields, reason: z.string().describe('Why not.') }),
  'reconciliation_item.written_off': z.strictObject({
    ...itemFields,
    requestedBy: z.string().describe('Who asked for it; whoever approved it is another person.'),
  }),
} as const satisfies Record<string, z.ZodType>

/** Every one says that a payment came into a state. */
export const PAYMENT_EVENTS = Object.keys(published).filter((type) => type.startsWith('payment.'))

/** Every one says that a remittance came into a state. */
export const REMITTANCE_EVENTS = Object.keys(published).filter((type) => type.startsWith('remittance.'))

export const remittanceStatusTold = z.object({ remittanceId: idField('rem'), status: z.enum(REMITTANCE_STATUSES) })

/** What they all say. */
export const paymentStatusTold = z.object({ paymentId: idField('pay'), status: z.enum(PAYMENT_STATUSES) })

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
