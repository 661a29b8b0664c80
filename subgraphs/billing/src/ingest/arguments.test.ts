import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

test('a file alone is charged for demo, in batches of 500, by its name, without a file of rejects', () => {
  expect(readArguments(['calls.csv'])).toEqual({
    ok: true,
    value: { file: 'calls.csv', tenant: 'demo', format: undefined, batchSize: 500, rejects: undefined },
  })
})

test.each([
  ['1', 1],
  ['1000', 1_000],
])('a batch may have %s lines', (text, batchSize) => {
  expect(readArguments(['a.csv', '--batch', text])).toMatchObject({ ok: true, value: { batchSize } })
})

test.each(['0', '1001', '-1', '1.5', '', '1000000'])('a batch of "%s" lines is refused', (text) => {
  expect(readArguments(['a.csv', `--batch=${text}`])).toMatchObject({ ok: false, code: 'USAGE' })
})

test('help is asked for in either way, also without a file', () => {
  for (const flag of ['--help', '-h']) expect(readArguments([flag])).toEqual({ ok: true, value: 'help' })
})
