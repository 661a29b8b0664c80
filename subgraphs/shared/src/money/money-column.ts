import { bigint, char } from 'drizzle-orm/pg-core'
import type { CurrencyCode } from './currencies.ts'

/**
 * Minor units, exact. Read it with core selects only: Drizzle's relational queries pass nested rows through JSON, which
 * loses digits beyond 2^53.
 */
export const minorColumn = <Name extends string>(name: Name) => bigint(name, { mode: 'bigint' }).notNull()

export const currencyColumn = <Name extends string = 'currency'>(name: Name = 'currency' as Name) =>
  char(name, { length: 3 }).$type<CurrencyCode>().notNull()
