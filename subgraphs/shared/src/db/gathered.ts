import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { outageIn } from './outage.ts'

export type GatheredOptions<Asked, Answer> = {
  /** Of one transaction. */
  readonly max: number
  /** What two of the same transaction must not have in common. */
  readonly keyOf: (asked: Asked) => string
  /** Does one in a transaction of its own. */
  readonly alone: (asked: Asked) => Promise<Answer>
  /** Does those it can in one transaction and answers by key; the others are done alone. */
  readonly together: (asked: readonly Asked[]) => Promise<ReadonlyMap<string, Answer>>
}

type Waiting<Asked, Answer> = {
  readonly asked: Asked
  /** Runs something as work of whoever asked: under their correlation id and their span. */
  readonly asTheirs: <T>(work: () => Promise<T>) => Promise<T>
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Group commit: while one transaction is on its way, what is asked for gathers and goes together with the next. One that
 * comes alone goes at once. Where one of many fails they are done one by one, so that it fails alone.
 * A transaction of many is traced as work of the first of them.
 * What has the key of one that waits or is on its way does not wait for it, but is done alone as well.
 */
export function gathered<Asked, Answer>(options: GatheredOptions<Asked, Answer>): (asked: Asked) => Promise<Answer> {
  const { max, keyOf, alone, together } = options
  const waiting: Waiting<Asked, Answer>[] = []
  const keys = new Set<string>()
  let isWorking = false

  async function work(): Promise<void> {
    isWorking = true
    // What arrives in the same turn shall go together.
    await nextTurn()
    while (waiting.length > 0) {
      const batch = waiting.splice(0, max)
      // In somebody's name, but not for ever in that of whom it began with.
      await batch[0]?.asTheirs(() => settle(batch))
      for (const { asked } of batch) keys.delete(keyOf(asked))
    }
    isWorking = false
  }

  async function settle(batch: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await together(batch.map(({ asked }) => asked))
      for (const one of batch) {
        const key = keyOf(one.asked)
        // Not waited for: what holds it up shall not hold up the next transaction.
        if (answers.has(key)) one.resolve(answers.get(key) as Answer)
        else void doAlone(one)
      }
    } catch (error) {
      if (batch.length === 1 || outageIn(error) !== undefined) for (const { reject } of batch) reject(error)
      else await Promise.all(batch.map(doAlone))
    }
  }

  const doAlone = ({ asked, asTheirs, resolve, reject }: Waiting<Asked, Answer>): Promise<void> =>
    asTheirs(() => alone(asked)).then(resolve, reject)

  return (asked) => {
    const key = keyOf(asked)
    if (keys.has(key)) return alone(asked)
    keys.add(key)
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.push({ asked, asTheirs: AsyncLocalStorage.snapshot(), resolve, reject })
    if (!isWorking) void work()
    return promise
  }
}
