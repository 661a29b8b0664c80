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
