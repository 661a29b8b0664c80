import { expect, test } from 'vitest'
import { authorizationOf, headersOf } from './connection-params.ts'

test.each<[Record<string, unknown> | undefined, string | undefined]>([
  [undefined, undefined],
  [{}, undefined],
  [{ authorization: null }, undefined],
  [{ authorization: 'Bearer a' }, 'Bearer a'],
  [{ AUTHORIZATION: 'Bearer a' }, 'Bearer a'],
  [{ headers: { authorization: 'Bearer a' } }, 'Bearer a'],
  [{ headers: { Authorization: 'Bearer a' } }, 'Bearer a'],
  [{ authorization: 'Bearer a', headers: { authorization: 'Bearer b' } }, 'Bearer a'],
  [{ headers: 'Bearer a' }, undefined],
  [{ authorization: { toString: 'Bearer a' } }, ''],
  [{ authorization: 7 }, ''],
])('%o means the authorization %o', (params, expected) => {
  expect(authorizationOf(params)).toBe(expected)
})

test.each<[Record<string, unknown> | undefined, Record<string, unknown>]>([
  [undefined, {}],
  [{ 'X-Channel': 'app' }, { 'x-channel': 'app' }],
  [{ headers: { 'X-Channel': 'app', 'x-other': 1 } }, { 'x-channel': 'app', 'x-other': 1 }],
  [{ 'x-channel': 'app', headers: { 'x-channel': 'web' } }, { 'x-channel': 'app' }],
  [{ headers: 'x-channel' }, {}],
])('%o says the headers %o', (params, expected) => {
  expect(headersOf(params)).toMatchObject(expected)
})
