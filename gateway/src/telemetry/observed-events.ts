import type { EventExecutor } from '../live/event-executor.ts'
import type { GatewayTelemetry } from './gateway-telemetry.ts'

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
