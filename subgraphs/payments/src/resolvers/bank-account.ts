import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { accountAsked } from '../statements/own-account.ts'

/**
 * The name of a bank account that is looked for. Statements name accounts as they like, so nothing is asked of it but what
 * a database asks of every text: with a NUL in it, it is refused there as a fault of ours. An IBAN may be given as it is printed.
 */
export const bankAccountIn = (account: string): Outcome<string, 'INVALID_VALUE'> =>
  account.includes('\0')
    ? refuse('INVALID_VALUE', 'The name of an account has no NUL in it.', ['account'])
    : ok(accountAsked(account))

/** The same of a list's argument, which there may be none of. @throws Refusal BAD_USER_INPUT */
export function bankAccountWanted(account: string | null | undefined, field: readonly string[]): string | undefined {
  if (account == null) return undefined
  const named = bankAccountIn(account)
  if (named.ok) return named.value
  throw new Refusal('BAD_USER_INPUT', named.message, field)
}
