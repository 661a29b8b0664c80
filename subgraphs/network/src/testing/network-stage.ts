import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import {
  type Caller,
  type RunningSubgraph,
  runSubgraph,
  type TestAnswer,
} from '@carriergraph/shared/testing/running-subgraph.ts'
import { network } from '../service.ts'

/** When samples begin. */
export const START = new Date('2026-11-21T09:00:00.000Z')
/** Where the clock stands: samples of ten minutes are no future. */
export const NOW = new Date('2026-11-21T09:10:00.000Z')
export const OPERATOR = { operator: true } as const satisfies Caller
export const ADA = namedId('usr', 'demo/ada')
export const BRUNO = namedId('usr', 'demo/bruno')

/** Whoever changes what a test only needs to be there. */
export const TESTER: Provenance = { actor: 'svc:test', correlationId: 'test', now: START }

/** The instant so many seconds after the start, as clients write it. */
export const second = (count: number): string => new Date(START.getTime() + count * 1_000).toISOString()

/** One sample a second from `from` on, with these latencies. */
export const latencies = (values: readonly number[], from = 0) =>
  values.map((latencyMs, index) => ({ observedAt: second(from + index), latencyMs }))

const CREATE = `mutation ($input: CreateSliceInput!) { createSlice(input: $input) {
  slice { id name serviceType sNssai owner { id } createdAt
    sla { latencyMsMax jitterMsMax packetLossRatioMax downlinkBpsMin } }
  errors { code field }
} }`

const RECORD = `mutation ($input: RecordKpiSamplesInput!) { recordKpiSamples(input: $input) {
  accepted duplicates errors { code field }
  opened { ...violation } closed { ...violation }
} }
fragment violation on SlaViolation {
  id metric threshold observed severity openedAt closedAt explanation { rule inputs { name value } } slice { id }
}`

/** The network service on a database of its own, with what its tests do all the time. The clock stands at NOW. */
export type NetworkStage = RunningSubgraph & {
  readonly clock: FixedClock
  /** The payload of createSlice. */
  create(input?: Record<string, unknown>, caller?: Caller): Promise<NonNullable<TestAnswer['data']>>
  /** A new slice with a latency of 10 ms at the most, if nothing else is said. */
  slice(input?: Record<string, unknown>): Promise<Id<'slc'>>
  /** The payload of recordKpiSamples. */
  record(sliceId: string, samples: readonly unknown[], caller?: Caller): Promise<NonNullable<TestAnswer['data']>>
}

export async function setNetworkStage(): Promise<NetworkStage> {
  const clock = fixedClock(NOW)
  const running = await runSubgraph(network, { clock })
  let orders = 0
  const orderOf = (input: Record<string, unknown>) => ({
    idempotencyKey: `order-${++orders}`,
    ownerId: ADA,
    name: 'Test',
    serviceType: 'URLLC',
    sla: { latencyMsMax: 10 },
    ...input,
  })
  const create: NetworkStage['create'] = async (input = {}, caller = OPERATOR) =>
    dataOf(await running.ask(caller, CREATE, { input: orderOf(input) })).createSlice
  return {
    ...running,
    clock,
    create,
    slice: async (input) => (await create(input)).slice.id,
    record: async (sliceId, samples, caller = OPERATOR) =>
      dataOf(await running.ask(caller, RECORD, { input: { sliceId, samples } })).recordKpiSamples,
  }
}

/** The data of an answer without errors. */
export function dataOf({ data, errors }: TestAnswer): NonNullable<TestAnswer['data']> {
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}
