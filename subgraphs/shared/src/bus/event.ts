import type { JournalEvent } from '../journal/event.ts'

/** What travels between services: an event of a journal, without its place there, and whose journal it was. */
export type BusEvent = Omit<JournalEvent, 'position' | 'cursor'> & {
  /** The service whose journal it comes from. */
  readonly source: string
}

/** A BusEvent as JSON carries it: in NATS messages and in `failed_event`. */
export type BusEventJson = Omit<BusEvent, 'occurredAt'> & { readonly occurredAt: string }

export const toJson = (event: BusEvent): BusEventJson => ({ ...event, occurredAt: event.occurredAt.toISOString() })

export const fromJson = (json: BusEventJson): BusEvent => ({ ...json, occurredAt: new Date(json.occurredAt) })
