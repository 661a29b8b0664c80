import { timestamp } from 'drizzle-orm/pg-core'

/** A moment to the millisecond, as `Date` has it: what is written is what is read, and can stand in a cursor. */
export const momentColumn = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, precision: 3 })
