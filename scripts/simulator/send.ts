import type { Graph } from './graph.ts'
import type { Action } from './scenario.ts'

type Refusals = { errors: readonly { code: string; message: string }[] }

/** What names an action for ever: the run, the tick and the place in the tick. Sent twice, it is done once. */
export interface Moment {
  run: string
  tick: number
  place: number
  at: Date
}

/** Sends one action to the graph; the answer's refusals are the caller's to report. */
export async function send(graph: Graph, action: Action, moment: Moment): Promise<Refusals['errors']> {
  const { name, input } = mutationOf(action, moment)
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const query = `mutation Simulator_${name}($input: ${type}!) { ${name}(input: $input) { errors { code message } } }`
  const answer = await graph<Record<string, Refusals>>(query, { input })
  return answer[name]?.errors ?? []
}

function mutationOf(action: Action, { run, tick, place, at }: Moment): { name: string; input: unknown } {
  const key = `sim-${run}-${tick}-${place}`
  switch (action.kind) {
    case 'kpi':
      return {
        name: 'recordKpiSamples',
        input: { sliceId: action.sliceId, samples: [{ observedAt: at.toISOString(), ...action.sample }] },
      }
    case 'usage':
      return {
        name: 'recordUsage',
        input: { records: [{ recordId: key, startedAt: at.toISOString(), ...action.usage }] },
      }
    case 'topUp':
      return {
        name: 'createPayment',
        input: {
          idempotencyKey: key,
          type: 'TOP_UP',
          sourceAccountId: action.walletId,
          billingAccountId: action.accountId,
          amount: action.amount,
        },
      }
    case 'link':
      return { name: 'reportLinkStatus', input: { linkId: action.linkId, status: action.status } }
  }
}
