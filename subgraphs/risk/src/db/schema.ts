export * from '@carriergraph/shared/bus/tables.ts'
export * from '@carriergraph/shared/journal/table.ts'
export * from './tables/risk-assessment.ts'
export * from './tables/user.ts'
