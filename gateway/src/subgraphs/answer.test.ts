import { expect, test } from 'vitest'
import { readAnswer } from './answer.ts'

const DATA = { rating: 4 }

test('an answer whose errors are null has none', () => {
  expect(readAnswer({ status: 200, text: '{"data":{"rating":4},"errors":null}' })).toEqual({
    data: DATA,
    errors: undefined,
  })
})

test.each([
  ['a number for a path', { path: 5 }, {}],
  ['a text for a path', { path: 'rating' }, {}],
  ['objects in a path', { path: ['rating', { at: '10.0.0.1' }] }, {}],
  ['fractions in a path', { path: ['rating', 1.5] }, {}],
  ['null for a path', { path: null }, {}],
  ['text for extensions', { extensions: 'at 10.0.0.1' }, {}],
  ['a list for extensions', { extensions: ['at 10.0.0.1'] }, {}],
  ['a path and extensions', { path: ['rating', 0], extensions: { code: 'LOST' } }, undefined],
  ['locations in a text that no client saw', { locations: [{ line: 1, column: 9 }] }, {}],
])('of an error with %s what can be read is told, and the data stands', (_what, given, told = given) => {
  const answer = readAnswer({
    status: 200,
    text: JSON.stringify({ data: DATA, errors: [{ message: 'Lost.', ...given }] }),
  })
  expect(answer).toEqual({ data: DATA, errors: [{ message: 'Lost.', ...told }] })
})

test.each([
  [400, undefined, 'GRAPHQL_VALIDATION_FAILED'],
  [422, undefined, 'GRAPHQL_VALIDATION_FAILED'],
  [400, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
  [200, undefined, undefined],
  [401, undefined, undefined],
  [500, undefined, undefined],
])('of an error without data, status %s and code %s make it %s', (status, code, told) => {
  const error = { message: 'No.', ...(code && { extensions: { code } }) }
  const { errors } = readAnswer({ status, text: JSON.stringify({ errors: [error] }) })
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual([told])
})

test('an error beside data is what it is, whatever the status', () => {
  const { errors } = readAnswer({ status: 400, text: JSON.stringify({ data: DATA, errors: [{ message: 'No.' }] }) })
  expect(errors).toEqual([{ message: 'No.' }])
})
