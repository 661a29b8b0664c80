import type { Clock } from '@carriergraph/shared/clock.ts'
import type { DegradeRule } from './rule.ts'
import { SlidingWindow } from './sliding-window.ts'

/** A call as a rule measures it. */
export interface MeasuredCall {
  readonly failed: boolean
  readonly duration_ms: number
}

/** How a rule stands: switched off, measuring, or at work. */
type RuleState = 'OFF' | 'WATCHING' | 'ACTING'

/** A rule with what it has measured so far, as it is listed. */
export type RuleStatus = DegradeRule & {
  readonly state: RuleState
  /** Calls in the window. */
  readonly calls: number
  /** The share of them, 0 to 1, that failed, or took longer than `latency_p95_ms`. */
  readonly badShare: number
}

/** The 95th percentile is above a limit when more than this share of the calls is. */
const SHARE_ABOVE_P95 = 0.05

/** One rule and its own measurements. */
export class WatchedRule<Rule extends DegradeRule = DegradeRule> {
  readonly rule: Rule
  readonly #window: SlidingWindow | undefined

  /** Goes on with what was measured for the rule `before`, where the same calls count in the same way. */
  constructor(rule: Rule, clock: Clock, before?: WatchedRule) {
    this.rule = rule
    this.#window =
      before !== undefined && measureAlike(before.rule, rule)
        ? before.#window
        : rule.when && new SlidingWindow(rule.when.window_s, clock)
  }

  record({ failed, duration_ms }: MeasuredCall): void {
    const { when } = this.rule
    if (when === undefined) return
    this.#window?.record('errorRate' in when ? failed : duration_ms > when.latency_p95_ms)
  }

  /**
   * Whether it is at work. Calls that it keeps away are not measured, so it stops once those that made it act have left
   * the window; if the next ones are as bad it acts again.
   */
  isActing(): boolean {
    const { enabled, when } = this.rule
    if (!enabled || when === undefined) return enabled
    const { calls, bad } = this.#count()
    if (calls < when.calls_min) return false
    return 'errorRate' in when ? bad / calls >= when.errorRate : bad / calls > SHARE_ABOVE_P95
  }

  status(): RuleStatus {
    const { calls, bad } = this.#count()
    const state = !this.rule.enabled ? 'OFF' : this.isActing() ? 'ACTING' : 'WATCHING'
    return { ...this.rule, state, calls, badShare: calls === 0 ? 0 : bad / calls }
  }

  #count(): { readonly calls: number; readonly bad: number } {
    return this.#window?.count() ?? { calls: 0, bad: 0 }
  }
}

/** Whether the same calls count for both, in the same way: then what was measured for one holds for the other. */
const measureAlike = (one: DegradeRule, other: DegradeRule): boolean =>
  JSON.stringify([one.subgraph, one.fields, one.when]) === JSON.stringify([other.subgraph, other.fields, other.when])
