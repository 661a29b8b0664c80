import { type Column, type Param, sql } from 'drizzle-orm'

/**
 * A named parameter of a prepared query that is written as `column` writes its values. Needed in conditions: Drizzle
 * passes a bare `sql.placeholder` to the driver as it is, so a typed id would arrive as its text and a Date not at all.
 *
 *     .where(eq(slices.id, placeholderFor(slices.id, 'id')))
 */
export const placeholderFor = (column: Column, name: string): Param => sql.param(sql.placeholder(name), column)
