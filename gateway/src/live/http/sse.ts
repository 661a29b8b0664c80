import type { StreamForm } from './stream-form.ts'

const END = Buffer.from('\n\n')
const COMPLETE = 'event: complete\ndata:\n\n'

/** What comes back as it went out: a line break would end the `id` field, and a header loses the spaces around it. */
const ID = /^(?!\s)\P{Cc}+(?<!\s)$/u

/** The cursor in a `Last-Event-ID` header, which browsers write in UTF-8 and node:http reads as Latin-1. */
export const cursorIn = (lastEventId: string | readonly string[] | undefined): string | undefined =>
  typeof lastEventId === 'string' && lastEventId !== '' ? Buffer.from(lastEventId, 'latin1').toString() : undefined

const idOf = (cursor: unknown): string => (typeof cursor === 'string' && ID.test(cursor) ? `id: ${cursor}\n` : '')

/**
 * GraphQL over Server-Sent Events, distinct connections mode (PROTOCOL.md of enisdenjo/graphql-sse). An event's id is its
 * cursor: a browser's EventSource sends it as `Last-Event-ID` when it comes back.
 */
export const SSE: StreamForm = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  // A block without data is no event: it only sets the id.
  started: (cursor) => `${idOf(cursor)}\n`,
  answer: (payload, _name, cursor) => Buffer.concat([Buffer.from(`event: next\n${idOf(cursor)}data: `), payload, END]),
  error: (errors) =>
    `event: next\n${idOf(errors[0]?.extensions?.cursor)}data: ${JSON.stringify({ errors })}\n\n${COMPLETE}`,
  complete: COMPLETE,
  heartbeat: ':\n\n',
}
