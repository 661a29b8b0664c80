import { type Schedule, schedule as timer } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'

/** Less than the five seconds that the gateway gives a subgraph. */
export const ANSWER_WITHIN_MS = 4_000

/**
 * The outcome of work on a whole bank account, or that it goes on: a large day takes longer than a call may, and is not undone
 * because nobody waits for it any more. What it fails for after that is in the log.
 */
export async function answerWithin<T, Code extends string>(
  work: Promise<Outcome<T, Code>>,
  log: Pick<Log, 'error'>,
  schedule: Schedule = timer,
): Promise<Outcome<T, Code | 'RECONCILIATION_RUNNING'>> {
  const { promise: late, resolve } = Promise.withResolvers<Refused<'RECONCILIATION_RUNNING'>>()
  const calm = schedule(() => {
    work.catch((error) => log.error({ err: error }, 'a reconciliation that nobody waited for any more has failed'))
    resolve(refuse('RECONCILIATION_RUNNING', 'It takes longer than a call may. It goes on: ask again in a moment.'))
  }, ANSWER_WITHIN_MS)
  return await Promise.race([work, late]).finally(calm)
}
