import { expect, test } from 'vitest'
import { isOutage, mayRefuse, refusalIn } from './refusal-frame.ts'

const error = (path?: readonly string[]) => ({ message: 'no', ...(path && { path }) })

test.each([
  ['an event', { data: { a: 1 } }, true, false],
  ['an event with an error in it', { data: { a: null }, errors: [error(['a', 'b'])] }, true, false],
  ['an event that failed as a whole, below its root', { data: null, errors: [error(['a', 'b'])] }, true, false],
  ['a later event that failed at its root', { data: null, errors: [error(['a'])] }, false, false],
  ['a start cursor', { data: null, extensions: { startCursor: '1' } }, true, false],
  ['a first frame without data that failed at its root', { errors: [error(['a'])] }, true, true],
  ['a first event that failed at its root', { data: null, errors: [error(['a'])] }, true, false],
  ['a failure that belongs to no field', { data: null, errors: [error()] }, false, true],
  ['an event without data and without a reason', { data: null, errors: [] }, true, false],
  ['a failure without data at all', { errors: [error()] }, false, true],
])('tells whether %s refuses the stream', (_, frame, isFirst, isRefusal) => {
  expect(refusalIn(frame, isFirst) !== undefined).toBe(isRefusal)
})

test.each([
  ['an event', { data: { a: 1 } }, false],
  ['an event that failed below its root', { data: null, errors: [error(['a', 'b'])] }, false],
  ['an event that failed at its root', { data: null, errors: [error(['a'])] }, true],
  ['a start cursor', { data: null, extensions: { startCursor: '1' } }, false],
])('tells whether %s refuses the stream that is completed with it', (_, frame, expected) => {
  expect(mayRefuse(frame)).toBe(expected)
})

test.each([
  ['SERVICE_UNAVAILABLE', true],
  ['INTERNAL_SERVER_ERROR', true],
  [undefined, true],
  ['INVALID_CURSOR', false],
  ['UNAUTHENTICATED', false],
])('takes %s for an outage that passes: %s', (code, expected) => {
  expect(isOutage([{ message: 'no', ...(code !== undefined && { extensions: { code } }) }])).toBe(expected)
})
