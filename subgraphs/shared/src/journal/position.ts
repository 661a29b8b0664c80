/** A place in a journal: that of one row, or between two rows. */
export type Position = { readonly xid: bigint; readonly seq: bigint }

/** The largest value of a `bigint` column: after every row of its `xid`. */
export const SEQ_MAX = 2n ** 63n - 1n

export const BEGINNING: Position = { xid: 0n, seq: 0n }

/** Negative when `a` comes before `b`. */
export function compare(a: Position, b: Position): -1 | 0 | 1 {
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1
  if (a.seq === b.seq) return 0
  return a.seq < b.seq ? -1 : 1
}

/** The place after all rows that are settled when `horizon` is the oldest running transaction. */
export const justBefore = (horizon: bigint): Position => ({ xid: horizon - 1n, seq: SEQ_MAX })
