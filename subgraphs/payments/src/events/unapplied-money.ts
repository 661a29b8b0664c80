import { idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { UNAPPLIED_DIRECTIONS, UNAPPLIED_PLACES, UNAPPLIED_REASONS } from '../domain/unapplied.ts'
import { CASE_RESOLUTIONS, CASE_STATES, PROPOSALS } from '../domain/unapplied-case.ts'

const caseFields = {
  unappliedId: idField('uam').describe('The money that could not be put where it belongs.'),
  reference: z.string().describe('The payment or the remittance that it is of.'),
  amount: moneyField.describe('What is left of it to decide on.'),
  state: z.enum(CASE_STATES).describe('Where it stands now.'),
  at: instantField,
}

/** Events about money that could not be put where it belongs. */
export const unappliedMoneyEvents = {
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
} as const satisfies Record<string, z.ZodType>
