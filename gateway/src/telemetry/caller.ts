import type { CallerOf } from '../subgraphs/caller.ts'

/** Tells the observation of a request of each call that it makes, and sends the call's trace along. */
export const observedCaller =
  (callerOf: CallerOf): CallerOf =>
  (context) => {
    const { observation } = context
    if (observation === undefined) return callerOf(context)
    const untraced = callerOf(context)
    return async (subgraph, body, ...rest) => {
      const call = observation.calls(subgraph, body)
      const send = call.traceContext === undefined ? untraced : callerOf({ ...context, ...call.traceContext })
      try {
        const answer = await send(subgraph, body, ...rest)
        call.answered(answer.errors?.length ?? 0)
        return answer
      } catch (error) {
        call.failed(error)
        throw error
      }
    }
  }
