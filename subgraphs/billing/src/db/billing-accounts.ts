import type { billingAccounts } from './tables/billing-accounts.ts'

export type BillingAccount = Omit<typeof billingAccounts.$inferSelect, 'tenantId'>
