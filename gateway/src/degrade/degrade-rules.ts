import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { CallRule, DegradeRule, OperationRule } from './rule.ts'
import { type MeasuredCall, type RuleStatus, WatchedRule } from './watched-rule.ts'

/** The coordinates of all that a call asks for; worked out only for rules that name fields. */
type FieldsOfCall = () => ReadonlySet<string>

/** The rules in force, with what each has measured. They outlive the supergraph that is served. */
export class DegradeRules {
  readonly #clock: Clock
  readonly #log: Pick<Log, 'info' | 'warn'>
  #rules: readonly WatchedRule[] = []
  /** The enabled ones, by subgraph. */
  #bySubgraph: ReadonlyMap<string | undefined, readonly WatchedRule[]> = new Map()
  /** The enabled ones that refuse operations. */
  #refusing: readonly WatchedRule<OperationRule>[] = []
  readonly #acting = new Set<string>()

  constructor(clock: Clock, log: Pick<Log, 'info' | 'warn'>) {
    this.#clock = clock
    this.#log = log
  }

  /** Puts other rules in force, and logs each change with who made it. A rule that is only switched keeps its measurements. */
  replace(rules: readonly DegradeRule[], changedBy: string): void {
    const before = new Map(this.#rules.map((watched) => [watched.rule.name, watched]))
    this.#rules = rules.map((rule) => new WatchedRule(rule, this.#clock, before.get(rule.name)))
    const enabled = this.#rules.filter(({ rule }) => rule.enabled)
    this.#bySubgraph = Map.groupBy(enabled, ({ rule }) => rule.subgraph)
    this.#refusing = enabled.filter(isRefusing)
    for (const rule of rules) {
      if (!rule.enabled) this.#acting.delete(rule.name)
      const old = before.get(rule.name)?.rule
      before.delete(rule.name)
      if (JSON.stringify(old) === JSON.stringify(rule)) continue
      this.#log.info({ rule, changedBy }, old === undefined ? 'a degrade rule was added' : 'a degrade rule was changed')
    }
    for (const name of before.keys()) {
      this.#acting.delete(name)
      this.#log.info({ rule: name, changedBy }, 'a degrade rule was removed')
    }
  }

  /** Whether any enabled rule is about this subgraph. */
  concern(subgraph: string): boolean {
    return this.#bySubgraph.has(subgraph)
  }

  /** The rule that is at work on such a call; of several, one that skips it, else the first. */
  acting(subgraph: string, fieldsOf: FieldsOfCall): CallRule | undefined {
    const acting = this.#about(subgraph, fieldsOf)
      .filter(isAboutCalls)
      .filter((watched) => this.#acts(watched))
    return (acting.find(({ rule }) => rule.action === 'SKIP') ?? acting[0])?.rule
  }

  /** The rule that refuses this operation of this client at the moment. */
  refusing(operationName: string | undefined, clientName: string | undefined): OperationRule | undefined {
    return this.#refusing.find(
      (watched) =>
        isNamed(watched.rule.operations, operationName) &&
        isNamed(watched.rule.clients, clientName) &&
        this.#acts(watched),
    )?.rule
  }

  record(subgraph: string, fieldsOf: FieldsOfCall, call: MeasuredCall): void {
    for (const watched of this.#about(subgraph, fieldsOf)) watched.record(call)
  }

  list(): readonly RuleStatus[] {
    return this.#rules.map((watched) => watched.status())
  }

  #about(subgraph: string, fieldsOf: FieldsOfCall): readonly WatchedRule[] {
    const rules = this.#bySubgraph.get(subgraph) ?? []
    return rules.filter(({ rule: { fields } }) => {
      if (fields === undefined) return true
      const asked = fieldsOf()
      return fields.some((field) => asked.has(field))
    })
  }

  #acts(watched: WatchedRule): boolean {
    const isActing = watched.isActing()
    this.#tell(watched, isActing)
    return isActing
  }

  #tell({ rule: { name } }: WatchedRule, isActing: boolean): void {
    if (this.#acting.has(name) === isActing) return
    if (isActing) this.#acting.add(name)
    else this.#acting.delete(name)
    this.#log.warn({ rule: name }, isActing ? 'a degrade rule is at work' : 'a degrade rule is no longer at work')
  }
}

const isRefusing = (watched: WatchedRule): watched is WatchedRule<OperationRule> => watched.rule.action === 'REFUSE'

const isAboutCalls = (watched: WatchedRule): watched is WatchedRule<CallRule> => watched.rule.action !== 'REFUSE'

const isNamed = (names: readonly string[] | undefined, name: string | undefined): boolean =>
  names === undefined || (name !== undefined && names.includes(name))
