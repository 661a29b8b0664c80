import { outageIn } from '../db/outage.ts'
import { stackOf } from '../db/without-values.ts'

/**
 * Why a command cannot do what it was asked, in a sentence for the person at the terminal. Anything else that a command
 * throws is a bug, or an outage.
 */
export class CommandFault<Code extends string = string> extends Error {
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return 'CommandFault'
  }
}

/** What keeps a command from its database, and what it means: `docs/errors.md` lists them. */
export const DATABASE_FAULTS = {
  DATABASE_UNKNOWN: 'Nothing says where the database is.',
  DATABASE_UNAVAILABLE: 'The database cannot be reached, went away, or has no tables yet.',
  DATABASE_ROLE_UNSAFE: 'The role of the connection is above row-level security.',
} as const

export type DatabaseFaultCode = keyof typeof DATABASE_FAULTS

/** A fault or an outage of the database in its sentence; of a bug all there is but customers' data. */
export function faultText(error: unknown): string {
  if (error instanceof CommandFault) return `${error.code}: ${error.message}`
  const outage = outageIn(error)
  if (outage !== undefined) return `DATABASE_UNAVAILABLE: The database went away: ${outage}`
  return stackOf(error)
}
