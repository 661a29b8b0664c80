import type { Id } from '../ids.ts'
import type { EventData } from './event-columns.ts'
import type { Position } from './position.ts'

/** One row of a journal, as subscriptions and the event bus see it. */
export type JournalEvent = {
  readonly id: Id<'evt'>
  readonly tenant: string
  readonly aggregate: { readonly type: string; readonly id: string }
  readonly version: number
  readonly type: string
  readonly data: EventData
  readonly actor: string
  readonly correlationId: string
  readonly causationId: string | null
  readonly occurredAt: Date
  readonly position: Position
  /** What a subscriber hands back as `after` to go on behind this event. */
  readonly cursor: string
}

/** Which events a reader wants. What is left out does not restrict. */
export type EventFilter = {
  readonly tenant?: string | undefined
  readonly types?: readonly string[] | undefined
  readonly aggregate?: { readonly type: string; readonly id?: string } | undefined
}

export function isWanted(event: JournalEvent, { tenant, types, aggregate }: EventFilter): boolean {
  if (tenant !== undefined && event.tenant !== tenant) return false
  if (types !== undefined && !types.includes(event.type)) return false
  if (aggregate === undefined) return true
  return event.aggregate.type === aggregate.type && (aggregate.id === undefined || event.aggregate.id === aggregate.id)
}
