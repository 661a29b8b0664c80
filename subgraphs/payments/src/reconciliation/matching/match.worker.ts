// Runs on a thread of its own: matches once what it is sent, and gives back what came of it piece by piece.

import { parentPort } from 'node:worker_threads'
import { type MatchInput, match } from './match.ts'
import type { MatchResult } from './result.ts'
import { type FromThread, type Members, piecesOf, type Side, type ToThread } from './thread-messages.ts'

const given: Record<Side, Members[number][]> = { lines: [], expected: [], known: [], met: [] }
let pieces: (readonly MatchResult[])[] = []

function tellNext(): void {
  const told: FromThread = { results: pieces.shift() ?? [], isLast: pieces.length === 0 }
  parentPort?.postMessage(told)
}

parentPort?.on('message', (said: ToThread) => {
  if (said.kind === 'MEMBERS') for (const member of said.members) given[said.side].push(member)
  else {
    if (said.kind === 'MATCH') pieces = piecesOf(match({ ...given, ...said.rest } as MatchInput).results)
    tellNext()
  }
})
