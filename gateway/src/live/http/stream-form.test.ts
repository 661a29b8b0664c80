import { expect, test } from 'vitest'
import { MULTIPART } from './multipart.ts'
import { cursorIn, SSE } from './sse.ts'
import { streamFormFor } from './stream-form.ts'

const APOLLO_CLIENT = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json'
const URQL = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed'

test.each([
  [undefined, undefined],
  ['*/*', undefined],
  ['application/json', undefined],
  ['text/event-stream', SSE],
  ['Text/Event-Stream; q=0.5', SSE],
  ['text/event-stream;q=0', undefined],
  ['text/event-streams', undefined],
  [URQL, SSE],
  ['multipart/mixed', undefined],
  ['multipart/mixed; deferSpec=20220824', undefined],
  ['multipart/mixed;subscriptionSpec=2.0', undefined],
  ['multipart/mixed; subscriptionSpec="1.0", application/json', MULTIPART],
  [APOLLO_CLIENT, MULTIPART],
  [`text/event-stream, ${APOLLO_CLIENT}`, SSE],
])('Accept: %s', (accept, form) => {
  expect(streamFormFor(accept)).toBe(form)
})

test.each(['42', 'é…', 'a b'])('the cursor %j comes back from an EventSource as it was', (cursor) => {
  const id = /\nid: (.*)\n/.exec(String(SSE.answer(Buffer.from('{}'), '', cursor)))?.[1]
  expect(cursorIn(Buffer.from(String(id)).toString('latin1'))).toBe(cursor)
})

test.each(['a\nb', 'a\0', ' a', 'a ', ''])('the cursor %j, which would not come back as it was, is no id', (cursor) => {
  expect(String(SSE.answer(Buffer.from('{}'), '', cursor))).toBe('event: next\ndata: {}\n\n')
})
