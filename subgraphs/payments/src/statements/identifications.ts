import { shown } from './amounts.ts'
import { StatementFault } from './fault.ts'
import type { StatementEvent } from './statement.ts'

/** ISO 20022 has 35 characters for a reference and 34 for an account. The database's indexes take some 2,000. */
export const IDENTIFICATION_CHARACTERS_MAX = 140

/** Holds what statements and their lines are looked up by to a length. @throws StatementFault VALUE_TOO_LONG */
export function refuseLongIdentifications(event: StatementEvent): void {
  const { account, statementId, position } = event.kind === 'line' ? event.line : event.summary
  const other = event.kind === 'line' ? event.line.references.accountServicerReference : event.summary.sequence
  const long = [account, statementId, other].find((text) => (text?.length ?? 0) > IDENTIFICATION_CHARACTERS_MAX)
  if (long === undefined) return
  const message = `${shown(long)}: accounts and references have ${IDENTIFICATION_CHARACTERS_MAX} characters at the most.`
  throw new StatementFault('VALUE_TOO_LONG', message, position)
}
