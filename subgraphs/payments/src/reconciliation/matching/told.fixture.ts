import { type MatchInput, match } from './match.ts'
import { TODAY } from './movements.fixture.ts'

/** `STATUS RULE lines=expected`, in the order of their first members. */
export const told = (input: Omit<MatchInput, 'day'> & { day?: string }): string[] =>
  match({ day: TODAY, ...input })
    .results.map(
      ({ status, rule, lines, expected }) =>
        `${status} ${rule} ${[...lines].sort().join('+')}=${[...expected].sort().join('+')}`,
    )
    .sort()

export const ref = (...references: string[]) => ({ references })

/** `told`, each with what the account has more than the books, in minor units. */
export const differing = (input: Omit<MatchInput, 'day'>): string[] =>
  match({ day: TODAY, ...input })
    .results.map(({ status, rule, lines, expected, differenceMinor }) =>
      [
        status,
        rule,
        `${[...lines].sort().join('+')}=${[...expected].sort().join('+')}`,
        shownMinor(status, differenceMinor),
      ].join(' '),
    )
    .sort()

/** What is awaited differs by nothing yet. */
const shownMinor = (status: string, minor: bigint): bigint => (status === 'AWAITED' ? 0n : minor)
