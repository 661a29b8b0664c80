import { outageIn } from '../db/outage.ts'

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

/** A fault or an outage of the database in its sentence; of a bug all there is. */
export function faultText(error: unknown): string {
  if (error instanceof CommandFault) return `${error.code}: ${error.message}`
  const outage = outageIn(error)
  if (outage !== undefined) return `DATABASE_UNAVAILABLE: The database went away: ${outage}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
