import { expect, test } from 'vitest'
import { authorizationOf } from './connection-params.ts'

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
