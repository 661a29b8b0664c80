import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type MatchInput, match } from './match.ts'
import type { MatchResult } from './result.ts'
import { type FromThread, piecesOf, SIDES, type ToThread } from './thread-messages.ts'

/** As many are matched here and now, in some ten milliseconds; a thread costs more than that to start. */
export const MATCHED_HERE_MAX = 1_000

const WORKER = new URL('./match.worker.ts', import.meta.url)

/** One thread at a time: each has its own copy of what it matches, which may be a million lines. */
let last: Promise<unknown> = Promise.resolve()

/**
 * What `match` finds, found in a thread of its own where it is much: 100,000 lines take seconds, in which the service would
 * answer nobody.
 * @throws what `match` throws
 */
export async function matchApart(input: MatchInput): Promise<readonly MatchResult[]> {
  const members = SIDES.reduce((sum, side) => sum + (input[side]?.length ?? 0), 0)
  if (members <= MATCHED_HERE_MAX) return match(input).results
  const found = last.then(() => matchInThread(input))
  last = found.catch(() => undefined)
  return found
}

async function matchInThread(input: MatchInput): Promise<MatchResult[]> {
  const worker = new Worker(WORKER, { name: 'matching' })
  const say = (said: ToThread): void => worker.postMessage(said)
  const told = toldBy(worker)
  try {
    for (const side of SIDES)
      for (const members of piecesOf<unknown>(input[side] ?? [])) {
        say({ kind: 'MEMBERS', side, members: members as typeof input.lines })
        await nextTurn()
      }
    const { lines: _l, expected: _e, known: _k, met: _m, ...rest } = input
    say({ kind: 'MATCH', rest })
    const results: MatchResult[] = []
    for (;;) {
      const piece = await told()
      for (const result of piece.results) results.push(result)
      if (piece.isLast) return results
      // One message may come right after the other, without a turn between them.
      await nextTurn()
      say({ kind: 'MORE' })
    }
  } finally {
    await worker.terminate()
  }
}

/** @returns the next message of the worker, or its end: a fault, whatever it says */
function toldBy(worker: Worker): () => Promise<FromThread> {
  let next = Promise.withResolvers<FromThread>()
  const lost = Promise.withResolvers<never>()
  // Whoever waits for a message hears of it.
  lost.promise.catch(() => undefined)
  worker.on('message', (piece: FromThread) => next.resolve(piece))
  worker.on('error', lost.reject)
  worker.on('exit', (code) => lost.reject(new Error(`The thread that matches ended with ${code}.`)))
  return async () => {
    const piece = await Promise.race([next.promise, lost.promise])
    next = Promise.withResolvers()
    return piece
  }
}
