import type { AnswerWay } from '../executor/compile.ts'

/** How often each of some outcomes came. Plain numbers cost an operation next to nothing, and are read when Prometheus asks. */
export type Tally<Outcome extends string> = { [outcome in Outcome]: number }

/** What happened in the gateway since it started, whichever supergraph was served. */
export interface GatewayCounts {
  /** Operations whose plan was there, or under way already, and those that were the first to need it. */
  readonly plans: Tally<'hit' | 'miss'>
  /** Queries and mutations that were executed, by how subgraphs' answers were read. */
  readonly answers: Tally<AnswerWay>
  /** Operations whose answers may be kept: answered by one, by one under way, not so, or not to be by the client's wish. */
  readonly responses: Tally<'hit' | 'shared' | 'miss' | 'bypassed'>
  /** Calls that an answer from before stood in for, by subgraph. */
  readonly staleAnswers: Map<string, number>
  /** Documents that came by id or hash, or that have to be registered. */
  readonly documents: Tally<'registered' | 'learnt' | 'taught' | 'unknown' | 'refused'>
}

export const createCounts = (): GatewayCounts => ({
  plans: { hit: 0, miss: 0 },
  answers: { texts: 0, values: 0, values_after_texts: 0 },
  responses: { hit: 0, shared: 0, miss: 0, bypassed: 0 },
  staleAnswers: new Map(),
  documents: { registered: 0, learnt: 0, taught: 0, unknown: 0, refused: 0 },
})

export function countOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
