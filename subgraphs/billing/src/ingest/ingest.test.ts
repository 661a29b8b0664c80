// How a file is cut into batches, without a database: `charge` is whatever the test says.

import type { LineSource } from '@carriergraph/shared/command/files/source.ts'
import { expect, test } from 'vitest'
import type { ChargeResult } from '../db/charge-usage.ts'
import type { Usage } from '../domain/usage.ts'
import { CSV_HEADER } from './formats.ts'
import { emptySummary, ingestCdrs } from './ingest.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')

const sourceOf = (text: string): LineSource => ({
  format: 'csv',
  bytesTotal: text.length,
  bytesRead: () => text.length,
  bytesOf: (contentBytes) => contentBytes,
  async *content() {
    yield Buffer.from(text)
  },
  close: async () => undefined,
})

const line = (recordId: string, startedAt = '2026-11-21T09:30:00Z') => `${recordId},4915550000001,SMS,1,${startedAt}`

/** Runs a file of these lines, in batches of three, with everything a duplicate. */
async function run(lines: readonly string[], batchSize = 3) {
  const batches: string[][] = []
  const rejects: number[][] = []
  const summary = emptySummary()
  await ingestCdrs(sourceOf([CSV_HEADER, ...lines].join('\n')), summary, {
    batchSize,
    clock: () => NOW,
    async charge(batch: readonly Usage[]): Promise<ChargeResult[]> {
      batches.push(batch.map(({ recordId }) => recordId))
      return batch.map((usage) => ({ kind: 'duplicate', usage }))
    },
    async onBatch(rejected) {
      rejects.push(rejected.map(({ number }) => number))
    },
  })
  return { batches, rejects, summary }
}

test.each([
  [0, []],
  [1, [1]],
  [2, [2]],
  [3, [3]],
  [4, [3, 1]],
  [6, [3, 3]],
  [7, [3, 3, 1]],
])('%s records are charged in batches of %j', async (count, sizes) => {
  const { batches, summary } = await run(Array.from({ length: count }, (_, at) => line(`r-${at}`)))
  expect(batches.map(({ length }) => length)).toEqual(sizes)
  expect(summary).toMatchObject({ lines: count, duplicates: count, rejected: 0 })
})

test('a faulty line counts for its batch, a blank one for none, and each batch tells its own', async () => {
  const { batches, rejects, summary } = await run([line('a'), 'x', '', line('b'), '  ', 'y', line('c')])
  expect(batches).toEqual([['a', 'b'], ['c']])
  // The header is line 1.
  expect(rejects).toEqual([[3], [7]])
  expect(summary).toMatchObject({ lines: 5, duplicates: 3, rejected: 2 })
})

test('each batch tells where it ends in the content, with the blank lines before its end', async () => {
  const lines = [line('a'), '', 'x', line('b'), '', '']
  const [header, first, blank, faulty, second] = [CSV_HEADER, ...lines].map((text) => text.length + 1)
  const ends: number[] = []
  await ingestCdrs(sourceOf([CSV_HEADER, ...lines].join('\n')), emptySummary(), {
    batchSize: 2,
    clock: () => NOW,
    charge: async (batch) => batch.map((usage) => ({ kind: 'duplicate', usage })),
    onBatch: async (_, contentBytes) => void ends.push(contentBytes),
  })
  const start = (header ?? 0) + (first ?? 0) + (blank ?? 0) + (faulty ?? 0)
  expect(ends).toEqual([start, start + (second ?? 0) + 1])
})

test('what is in the future is told by the clock that is given', async () => {
  const { batches, rejects } = await run([line('a', '2026-11-21T12:05:00Z'), line('b', '2026-11-21T12:05:01Z')])
  expect([batches, rejects]).toEqual([[['a']], [[3]]])
})

test('a record that is not answered is a fault, and nothing of its batch is counted', async () => {
  const summary = emptySummary()
  const options = { batchSize: 2, clock: () => NOW, charge: async () => [], onBatch: async () => undefined }
  await expect(ingestCdrs(sourceOf(`${CSV_HEADER}\n${line('a')}`), summary, options)).rejects.toThrow(
    'Line 2 was not answered',
  )
  expect(summary.lines).toBe(0)
})
