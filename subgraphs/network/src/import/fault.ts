import { CommandFault } from '@carriergraph/shared/command/fault.ts'
import { outageIn } from '@carriergraph/shared/db/outage.ts'
import { postgresErrorBehind } from '@carriergraph/shared/db/sql-error.ts'

/** The codes of what cannot be imported, and what they mean: `docs/errors.md` lists them. */
export const IMPORT_FAULTS = {
  FILE_UNREADABLE: 'The file is not there, or may not be read.',
  FILE_TOO_LARGE: 'The file has more bytes than a topology file may have.',
  BAD_ENCODING: 'The file is not UTF-8.',
  TOPOLOGY_UNKNOWN: 'The file has no topology with the id that is asked for.',
  TOO_MANY_ITEMS: 'There are more sites and links than one import can store. Split the file.',
  IMPORT_TIMED_OUT: 'The database took too long, perhaps because of another import. Nothing was stored.',
  CONNECTION_LOST: 'The connection to the database broke off. Import again: what is stored already stays as it is.',
} as const

/** Why a file cannot be imported. */
export class ImportFault extends CommandFault<keyof typeof IMPORT_FAULTS> {}

/** Of a statement, of a lock, of a transaction, and of one that waits for its client. */
const TIMEOUTS = new Set(['57014', '55P03', '25P04', '25P03'])

/** What ended an import before its time, as a fault; undefined where the error is none of time or connection. */
export function interruption(cause: unknown): ImportFault | undefined {
  const timeout = postgresErrorBehind(cause)
  if (timeout !== undefined && TIMEOUTS.has(timeout.code))
    return new ImportFault('IMPORT_TIMED_OUT', `Nothing was stored: ${timeout.message}. Try again later.`, { cause })
  const outage = outageIn(cause)
  if (outage === undefined) return undefined
  // It may break off while the server commits: whether it did, the next import shows.
  const message = `The connection to the database broke off: ${outage}. Import again; what is stored stays as it is.`
  return new ImportFault('CONNECTION_LOST', message, { cause })
}
