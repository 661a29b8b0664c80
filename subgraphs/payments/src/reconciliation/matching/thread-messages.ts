import type { MatchInput } from './match.ts'
import type { MatchResult } from './result.ts'

/** What is sent to a thread in pieces. */
export const SIDES = ['lines', 'expected', 'known', 'met'] as const
export type Side = (typeof SIDES)[number]

export type Members = NonNullable<MatchInput[Side]>

/** The members of all sides piece by piece, then the word to match them, then the word for each piece of the results. */
export type ToThread =
  | { readonly kind: 'MEMBERS'; readonly side: Side; readonly members: Members }
  | { readonly kind: 'MATCH'; readonly rest: Omit<MatchInput, Side> }
  | { readonly kind: 'MORE' }

/** A piece of the results; the next comes when it is asked for. */
export type FromThread = { readonly results: readonly MatchResult[]; readonly isLast: boolean }

/**
 * Lines, movements or results in one message: copying that many takes a few milliseconds, which is how long the service
 * answers nobody.
 */
export const PIECE = 500

export const piecesOf = <T>(all: readonly T[]): (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / PIECE) }, (_, at) => all.slice(at * PIECE, (at + 1) * PIECE))
