import type { RejectedLine } from '@carriergraph/shared/command/files/rejected-line.ts'
import type { LineSource } from '@carriergraph/shared/command/files/source.ts'
import { expect, test } from 'vitest'
import type { SentResult } from './graph.ts'
import { emptySummary, importPayments } from './import-payments.ts'
import type { PaymentInput } from './payment-lines.ts'

/** As much as the gateway takes of all variables unless it is told otherwise. */
const VARIABLES_BYTES_MAX = 1_048_576

function sourceOf(lines: readonly string[]): LineSource {
  async function* content() {
    yield Buffer.from(lines.join('\n'))
  }
  return {
    content,
    format: 'ndjson',
    bytesTotal: 0,
    bytesRead: () => 0,
    bytesOf: () => 0,
    close: async () => undefined,
  }
}

const withdrawal = (index: number, letter: string) => ({
  idempotencyKey: `k${index}`.padEnd(128, 'k'),
  type: 'WITHDRAWAL',
  sourceAccountId: `led_${'0'.repeat(26)}`,
  bankAccount: { iban: 'D'.repeat(34), holder: letter.repeat(140), bic: 'DEUTDEFFXXX' },
  remittance: letter.repeat(140),
  amount: { amount: '0.01', currency: 'EUR' },
})

async function importAll(lines: readonly string[], batchSize: number) {
  const calls: PaymentInput[][] = []
  const rejected: RejectedLine[] = []
  const ends: number[] = []
  const summary = emptySummary()
  await importPayments(sourceOf(lines), summary, {
    batchSize,
    async send(inputs) {
      calls.push([...inputs])
      return inputs.map((): SentResult => ({ payment: { status: 'PROCESSING' }, errors: [] }))
    },
    async onBatch(lines, contentBytes) {
      rejected.push(...lines)
      ends.push(contentBytes)
    },
  })
  return { calls, rejected, summary, ends }
}

test.each([
  ['of one byte a letter', 'a', 1],
  ['of three bytes a letter', '漢', 2],
])('a thousand long lines %s are sent in calls that the gateway takes, in their order', async (_, letter, count) => {
  const payments = Array.from({ length: 1_000 }, (_, index) => withdrawal(index, letter))
  const { calls, summary } = await importAll(
    payments.map((payment) => JSON.stringify(payment)),
    1_000,
  )
  expect(calls).toHaveLength(count)
  for (const call of calls) {
    const variables = JSON.stringify({ input: { payments: call } })
    expect(Buffer.byteLength(variables)).toBeLessThanOrEqual(VARIABLES_BYTES_MAX)
  }
  expect(calls.flat()).toEqual(payments)
  expect(summary).toMatchObject({ lines: 1_000, taken: 1_000, rejected: 0 })
})

test('each batch tells where it ends in the content, also one that is sent before it is full', async () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => JSON.stringify(withdrawal(index, '漢')))
  const bytesOf = (some: readonly string[]) => Buffer.byteLength(some.join('\n'))
  const { calls, ends } = await importAll([...lines, '', ''], 1_000)
  const [first = []] = calls
  expect(calls).toHaveLength(2)
  expect(ends).toEqual([bytesOf(lines.slice(0, first.length)) + 1, bytesOf(lines) + 2])
})

test('lines at fault are told with the batch that they stand in, and take no room in its call', async () => {
  const faulty = `{"note": "${'x'.repeat(4_000)}"}`
  const lines = Array.from({ length: 300 }, (_, index) => [faulty, JSON.stringify(withdrawal(index, 'a'))]).flat()
  const { calls, rejected, summary } = await importAll(lines, 1_000)
  expect(calls.map(({ length }) => length)).toEqual([300])
  expect(rejected.map(({ number }) => number)).toEqual(Array.from({ length: 300 }, (_, index) => 2 * index + 1))
  expect(summary).toMatchObject({ lines: 600, taken: 300, rejected: 300 })
})
