import type { Refused } from '../outcome.ts'

/** A refusal as a mutation's payload carries it: an entry of `errors { code message field }`. */
export const payloadError = <Code extends string>({ code, message, field }: Refused<Code>) => ({
  code,
  message,
  field: field === undefined ? null : [...field],
})
