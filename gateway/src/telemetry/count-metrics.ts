import { Counter, Gauge, type Registry } from 'prom-client'
import type { PlanningLoad } from '../planner/planning-threads.ts'
import type { GatewayCounts } from './counts.ts'

/** What happened so far, and how the planner stands. */
export interface CountedState {
  readonly counts: GatewayCounts
  /** Of all planners: one that was replaced may have work in hand. */
  planning(): PlanningLoad
  /** Times that a store of answers could not be reached. */
  cacheFailures(): number
  /** Requests for a socket, by status. */
  readonly upgrades: ReadonlyMap<string, number>
  /** Closed sockets of clients, by code. */
  readonly socketsClosed: ReadonlyMap<string, number>
  readonly subscriptions: { readonly resumed: Readonly<Record<string, number>> }
}

/** Shows what is counted by plain numbers. */
export function watchCounts(registry: Registry, state: CountedState): void {
  const { counts, subscriptions } = state
  watchPlanning(registry, state)
  counter(registry, 'gateway_plan_lookups_total', HELP.plans, 'outcome', () => Object.entries(counts.plans))
  counter(registry, 'gateway_executed_operations_total', HELP.answers, 'way', () => Object.entries(counts.answers))
  counter(registry, 'gateway_cached_responses_total', HELP.responses, 'outcome', () => Object.entries(counts.responses))
  counter(registry, 'gateway_stale_answers_total', HELP.stale, 'subgraph', () => counts.staleAnswers)
  counter(registry, 'gateway_cache_failures_total', HELP.cacheFailures, undefined, () => [['', state.cacheFailures()]])
  counter(registry, 'gateway_persisted_documents_total', HELP.documents, 'outcome', () =>
    Object.entries(counts.documents),
  )
  counter(registry, 'gateway_subscriptions_resumed_total', HELP.resumed, 'source', () =>
    Object.entries(subscriptions.resumed),
  )
  counter(registry, 'gateway_upgrades_total', HELP.upgrades, 'status', () => state.upgrades)
  counter(registry, 'gateway_sockets_closed_total', HELP.closed, 'code', () => state.socketsClosed)
}

const HELP = {
  plans: 'Operations whose plan was there or under way (hit), and those that were the first to need it (miss).',
  answers:
    "Queries and mutations that were executed: subgraphs' answers taken over as text (texts), read as values (values), or as " +
    'values because something in the texts was unexpected (values_after_texts), which costs twice.',
  responses:
    'Queries whose answers may be kept: answered by a kept one (hit), by one under way (shared), not so (miss), or anew by ' +
    "the client's wish (bypassed).",
  stale: 'Calls that an answer from before stood in for, because the subgraph failed or a degrade rule said so.',
  cacheFailures: 'Times that Redis failed to keep or to find an answer; it is left alone for a second after each.',
  documents:
    'Documents by id or hash, or that have to be registered: registered ones, those that clients taught by their hash ' +
    '(learnt, and the teaching itself, taught), unknown ids and hashes, and texts that are not registered (refused).',
  resumed:
    'Subscriptions behind a cursor: from what a stream still had (kept), or replayed by the subgraph (replayed).',
  upgrades: 'Requests for a WebSocket, by the status of the answer; 101 opened one.',
  closed: 'WebSockets of clients that closed, by code, whoever closed them; 1005 and 1006 came without one.',
} as const

function watchPlanning(registry: Registry, { planning }: CountedState): void {
  const gauge = (name: string, help: string, read: (load: PlanningLoad) => Iterable<readonly [string, number]>) =>
    new Gauge({
      name,
      help,
      labelNames: ['row'],
      registers: [registry],
      collect() {
        for (const [row, count] of read(planning())) this.set({ row }, count)
      },
    })
  gauge(
    'gateway_planner_waiting',
    'Operations that wait for a planning thread: everyday ones, heavy ones, and those that nobody waits for yet.',
    ({ waiting }) => Object.entries(waiting),
  )
  new Gauge({
    name: 'gateway_planner_running',
    help: 'Operations that are being planned.',
    registers: [registry],
    collect() {
      this.set(planning().running)
    },
  })
}

function counter(
  registry: Registry,
  name: string,
  help: string,
  label: string | undefined,
  read: () => Iterable<readonly [value: string, count: number]>,
): void {
  new Counter({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      this.reset()
      for (const [value, count] of read()) this.inc(label === undefined ? {} : { [label]: value }, count)
    },
  })
}
