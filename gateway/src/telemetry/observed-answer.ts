import type { Answer } from '../graph/answer.ts'
import type { EventExecutor } from '../live/event-executor.ts'
import type { GatewayTelemetry } from './gateway-telemetry.ts'

/** Watches operations that come by a way that does not do so itself, such as a socket or a stream. */
export const observedAnswer =
  (answer: Answer, { begin }: GatewayTelemetry): Answer =>
  async (known, variables, context) => {
    if (context.observation !== undefined) {
      context.observation.knows(known)
      return answer(known, variables, context)
    }
    const { correlationId, actor } = context
    const observation = begin({ correlationId, transport: 'live' })
    observation.isOf(actor)
    observation.knows(known)
    const answered = await observation.run(() => answer(known, variables, { ...context, observation }))
    observation.ended(answered)
    return answered
  }

/** Watches what completes an event to the answer of the whole graph. */
export const observedEvents =
  (execute: EventExecutor, { begin }: GatewayTelemetry): EventExecutor =>
  async (subscription, variables, event, context) => {
    const observation = begin({ correlationId: context.correlationId, transport: 'event' })
    observation.knows(subscription)
    try {
      return await observation.run(() => execute(subscription, variables, event, { ...context, observation }))
    } finally {
      observation.ended()
    }
  }
