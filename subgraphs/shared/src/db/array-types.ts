import { makePgArray, parsePgArray } from 'drizzle-orm/pg-core'

/** Object ids of built-in types are the same in every PostgreSQL (src/include/catalog/pg_type.dat). */
const TEXT_ARRAY_OID = 1009
const UUID_ARRAY_OID = 2951

/** Drizzle's own array columns come as text already. */
const serialize = (value: string | unknown[]): string => (typeof value === 'string' ? value : makePgArray(value))

const arrayOf = (oid: number) => ({ to: oid, from: [oid], serialize, parse: parsePgArray })

/**
 * The arrays that statements take and columns hold, for postgres.js's `types`. With `fetch_types` it would ask the server
 * for all there are, once for each new connection, and a backend that dies under that question ends the process.
 */
export const ARRAY_TYPES = { textArray: arrayOf(TEXT_ARRAY_OID), uuidArray: arrayOf(UUID_ARRAY_OID) }
