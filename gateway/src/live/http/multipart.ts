import type { StreamForm } from './stream-form.ts'

const BOUNDARY = 'graphql'
const DELIMITER = `\r\n--${BOUNDARY}`

/** Each part ends with the delimiter before the next: a reader takes it for whole only then. */
const part = (json: string): string => `${BEFORE}${json}${DELIMITER}`
const BEFORE = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n'
const END = '--\r\n'

/** Apollo's multipart protocol for subscriptions (`multipart/mixed;subscriptionSpec=1.0`). */
export const MULTIPART: StreamForm = {
  contentType: `multipart/mixed;boundary="${BOUNDARY}";subscriptionSpec=1.0`,
  opening: DELIMITER,
  answer: (payload) => Buffer.concat([Buffer.from(`${BEFORE}{"payload":`), payload, Buffer.from(`}${DELIMITER}`)]),
  // Errors beside the payload end the subscription; those in a payload belong to one answer.
  error: (errors) => part(JSON.stringify({ payload: null, errors })) + END,
  complete: END,
  heartbeat: part('{}'),
}
