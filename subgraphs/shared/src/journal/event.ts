import type { Id } from '../ids.ts'
import type { Position } from './position.ts'
import type { EventData } from './table.ts'

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
}
