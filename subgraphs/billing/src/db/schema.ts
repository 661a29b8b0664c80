// Every table of billing's database: what drizzle-kit compares the migrations with.

export * from '@carriergraph/shared/bus/tables.ts'
export * from '@carriergraph/shared/journal/table.ts'
export { balanceAlerts } from './tables/balance-alerts.ts'
export { balanceEntries } from './tables/balance-entries.ts'
export { billingAccounts } from './tables/billing-accounts.ts'
export { tariffRates, tariffs } from './tables/tariffs.ts'
export { usageRecords } from './tables/usage-records.ts'
