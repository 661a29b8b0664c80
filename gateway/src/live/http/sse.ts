import type { StreamForm } from './stream-form.ts'

const END = Buffer.from('\n\n')
const COMPLETE = 'event: complete\ndata:\n\n'

/** What may stand in an `id` field: anything else would end the field, or the event. */
const ID = /^[^\r\n\0]+$/

/**
 * GraphQL over Server-Sent Events, distinct connections mode (PROTOCOL.md of enisdenjo/graphql-sse). An event's id is its
 * cursor: a browser's EventSource sends it as `Last-Event-ID` when it comes back.
 */
export const SSE: StreamForm = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  answer(payload, _name, cursor) {
    const id = typeof cursor === 'string' && ID.test(cursor) ? `id: ${cursor}\n` : ''
    return Buffer.concat([Buffer.from(`event: next\n${id}data: `), payload, END])
  },
  error: (errors) => `event: next\ndata: ${JSON.stringify({ errors })}\n\n${COMPLETE}`,
  complete: COMPLETE,
  heartbeat: ':\n\n',
}
