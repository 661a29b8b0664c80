import { type MatchInput, match } from './match.ts'
import { TODAY } from './movements.fixture.ts'
import type { MatchResult } from './result.ts'

/** `STATUS RULE lines=expected`, in the order of their first members. */
export const told = (input: Omit<MatchInput, 'day'> & { day?: string }): string[] =>
  match({ day: TODAY, ...input })
    .results.map(textOf)
    .sort()

/** `told`, each with what the account has more than the books, in minor units; what is awaited differs by nothing yet. */
export const differing = (input: Omit<MatchInput, 'day'>): string[] =>
  match({ day: TODAY, ...input })
    .results.map((result) => `${textOf(result)} ${result.status === 'AWAITED' ? 0n : result.differenceMinor}`)
    .sort()

const textOf = ({ status, rule, lines, expected }: MatchResult): string =>
  `${status} ${rule} ${[...lines].sort().join('+')}=${[...expected].sort().join('+')}`

export const ref = (...references: string[]) => ({ references })
