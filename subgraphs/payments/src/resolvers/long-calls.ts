import type { Clock } from '@carriergraph/shared/clock.ts'
import { type Schedule, schedule as timer } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'

/** Less than the five seconds that the gateway gives a subgraph. */
export const ANSWER_WITHIN_MS = 4_000
/** How long an outcome that nobody waited for is kept for whoever asks again. */
export const KEPT_MS = 60_000

type Parts = { readonly clock: Clock; readonly log: Pick<Log, 'error'>; readonly schedule?: Schedule }

/** What goes on although its caller was answered, or has ended since. */
type GoingOn<T, Code extends string> = { readonly work: Promise<Outcome<T, Code>>; endedAt_ms?: number }

/**
 * Calls that may take longer than one may wait, as those for a whole bank account do: such a one goes on, and the same call again
 * is given its outcome in place of doing it once more, which may take as long.
 */
export class LongCalls<T, Code extends string> {
  readonly #goingOn = new Map<string, GoingOn<T, Code>>()

  /**
   * The outcome of `begin`, or of the same call before that its caller was told goes on.
   * @param call who asks, and for what
   * @throws what the work throws while somebody waits for it; after that it stands in the log, and the next call begins anew
   */
  async answer(
    call: string,
    begin: () => Promise<Outcome<T, Code>>,
    { clock, log, schedule = timer }: Parts,
  ): Promise<Outcome<T, Code | 'RECONCILIATION_RUNNING'>> {
    this.#forgetOld(clock().getTime())
    const work = this.#goingOn.get(call)?.work ?? begin()
    const late = Promise.withResolvers<Refused<'RECONCILIATION_RUNNING'>>()
    const calm = schedule(() => {
      if (this.#goingOn.get(call)?.work !== work) this.#keep(call, work, { clock, log })
      late.resolve(
        refuse(
          'RECONCILIATION_RUNNING',
          'It takes longer than a call may. It goes on: ask again in a moment for its answer.',
        ),
      )
    }, ANSWER_WITHIN_MS)
    try {
      const outcome = await Promise.race([work, late.promise])
      const isHeard = outcome.ok || outcome.code !== 'RECONCILIATION_RUNNING'
      if (isHeard && this.#goingOn.get(call)?.work === work) this.#goingOn.delete(call)
      return outcome
    } finally {
      calm()
    }
  }

  #keep(call: string, work: Promise<Outcome<T, Code>>, { clock, log }: Parts): void {
    const goingOn: GoingOn<T, Code> = { work }
    this.#goingOn.set(call, goingOn)
    work.then(
      () => {
        goingOn.endedAt_ms = clock().getTime()
      },
      (error) => {
        log.error({ err: error }, 'a reconciliation that takes longer than a call may has failed')
        if (this.#goingOn.get(call) === goingOn) this.#goingOn.delete(call)
      },
    )
  }

  #forgetOld(now_ms: number): void {
    for (const [call, { endedAt_ms = now_ms }] of this.#goingOn)
      if (now_ms - endedAt_ms > KEPT_MS) this.#goingOn.delete(call)
  }
}
