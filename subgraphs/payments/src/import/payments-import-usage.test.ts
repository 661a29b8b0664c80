// What the command says of itself, without payments anywhere.

import { Writable } from 'node:stream'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { expect, test } from 'vitest'
import { CSV_HEADER } from './payment-lines.ts'
import { paymentsImport } from './payments-import.ts'

/** Runs the command where it can reach nothing. */
async function run(argv: readonly string[]) {
  const told = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof told) =>
    new Writable({
      write(chunk, _, done) {
        told[stream] += String(chunk)
        done()
      },
    })
  const where = { env: {}, stdout: into('stdout'), stderr: into('stderr'), clock: systemClock }
  return { exitCode: await paymentsImport([...argv], where), ...told }
}

test.each([
  ['no file', []],
  ['two files', ['a.csv', 'b.csv']],
  ['an address that is none', ['a.csv', '--url', 'graph']],
  ['a format that is none', ['a.csv', '--format', 'xml']],
  ['a batch of none', ['a.csv', '--batch', '0']],
  ['a batch above the limit', ['a.csv', '--batch', '1001']],
  ['an unknown option', ['a.csv', '--fast']],
])('shows how it is used for %s', async (_, argv) => {
  expect(await run(argv)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('pnpm payments:import FILE') })
})

test('explains itself when asked', async () => {
  expect(await run(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(CSV_HEADER.slice(0, 40)) })
})
