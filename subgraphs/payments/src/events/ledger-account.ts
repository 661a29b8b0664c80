import { currencyField, idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { ACCOUNT_PURPOSES } from '../domain/account-purpose.ts'

const accountFields = { accountId: idField('led').describe('The ledger account.') }

const changeFields = {
  ...accountFields,
  reason: z.string().describe('Why, in the words of whoever asked.'),
  at: instantField,
}

/** Events about wallets and the other accounts of the ledger. */
export const ledgerAccountEvents = {
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
} as const satisfies Record<string, z.ZodType>
