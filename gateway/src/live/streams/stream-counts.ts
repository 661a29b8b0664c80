/** Codes that are counted apart: all those of a graph. A subgraph that makes up codes must not fill the memory. */
const CODES_MAX = 200

/** What became of subscriptions and their answers so far, for those who watch the gateway. */
export class StreamCounts {
  /** Subscriptions that are in a stream. */
  open = 0
  /** Answers that were handed to a client's connection. */
  delivered = 0
  /** Those that began behind a cursor: with frames that a stream still had, or replayed by the subgraph. */
  readonly resumed = { kept: 0, replayed: 0 }
  /** Subscriptions that ended with an error, by its code. */
  readonly failed = new Map<string, number>()

  fail(code: unknown): void {
    const known = typeof code === 'string' && (this.failed.has(code) || this.failed.size < CODES_MAX) ? code : 'other'
    this.failed.set(known, (this.failed.get(known) ?? 0) + 1)
  }
}
